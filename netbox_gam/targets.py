"""From NetBox's records to what ``nornir_tasks`` talks to, and why a device cannot be talked to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nornir_tasks.contracts import (
    BillingCredential,
    BillingSystemType,
    BillingTarget,
    DeviceTarget,
    Login,
    SkippedTarget,
    SnmpCredential,
    SubscriberModel,
    Transport,
)

from .credentials import open_secret
from .exceptions import SecretError


def login_of(profile: Any) -> Login:
    """The login of a CredentialProfile; the factory default when there is none.

    :raises SecretError: the password cannot be opened
    """
    if profile is None:
        return Login()
    return Login(profile.username, open_secret(profile.password, owner=f'credential profile "{profile}"'))


def snmp_of(profile: Any) -> SnmpCredential:
    """The SNMP credential of an SnmpProfile; v2c ``public`` when there is none.

    :raises SecretError: a secret cannot be opened
    """
    if profile is None:
        return SnmpCredential()
    owner = f'SNMP profile "{profile}"'
    return SnmpCredential(
        version=profile.version,
        community=open_secret(profile.community, owner=owner),
        username=profile.username,
        auth_protocol=profile.auth_protocol,
        auth_key=open_secret(profile.auth_key, owner=owner),
        priv_protocol=profile.priv_protocol,
        priv_key=open_secret(profile.priv_key, owner=owner),
    )


WELL_KNOWN_COMMUNITIES = ("public", "private")


def uses_defaults(credential_profile: Any, snmp_profile: Any) -> bool | None:
    """Whether a GAM is spoken to as it comes from the factory: blank password, or a community everybody knows.

    Says yes or no and nothing of the secret; None where a secret cannot be opened.
    """
    try:
        login, snmp = login_of(credential_profile), snmp_of(snmp_profile)
    except SecretError:
        return None
    return not login.password or (snmp.version == "2c" and snmp.community in WELL_KNOWN_COMMUNITIES)


def device_target(gam: Any, *, name: str = "") -> DeviceTarget | SkippedTarget:
    """The target of a GamDevice (with ``device``, IPs and profiles loaded), or why it has none."""
    name = name or str(gam.device)
    address = gam.management_address
    if not address:
        return SkippedTarget(name, f"No management address: set the device's {gam.get_address_source_display()}, or an override.")
    try:
        login, snmp = login_of(gam.credential_profile), snmp_of(gam.snmp_profile)
    except SecretError as error:
        return SkippedTarget(name, str(error))
    return DeviceTarget(
        name=name,
        address=address,
        transport=Transport(gam.transport),
        ssh_port=gam.ssh_port,
        ssh_host_key=gam.ssh_host_key,
        http_port=gam.http_port,
        https=gam.https,
        https_verify=gam.https_verify,
        snmp_port=gam.snmp_port,
        login=login,
        snmp=snmp,
        model=gam.hardware_model,
        subscriber_model=SubscriberModel(gam.subscriber_model),
        site=str(gam.device.site),
        role=str(gam.device.role),
        device_id=gam.pk,
    )


def device_targets(gams: Iterable[Any]) -> tuple[list[DeviceTarget], list[tuple[Any, SkippedTarget]]]:
    """Targets of many GAMs with names unique within the batch, and the skipped ones with their reasons."""
    found: list[DeviceTarget] = []
    skipped: list[tuple[Any, SkippedTarget]] = []
    names: set[str] = set()
    for gam in gams:
        name = str(gam.device)
        target = device_target(gam, name=name if name not in names else f"{name}#{gam.pk}")
        if isinstance(target, SkippedTarget):
            skipped.append((gam, target))
        else:
            names.add(target.name)
            found.append(target)
    return found, skipped


def webhook_secret(system: Any) -> str:
    """The webhook secret of a BillingSystem; empty when it has none.

    :raises SecretError: it cannot be opened
    """
    return open_secret(system.webhook_secret, owner=f'billing system "{system}"')


def billing_target(system: Any) -> BillingTarget:
    """The target of a BillingSystem.

    :raises SecretError: a secret cannot be opened
    """
    owner = f'billing system "{system}"'
    return BillingTarget(
        name=str(system),
        type=BillingSystemType(system.type),
        url=system.url,
        credential=BillingCredential(
            auth=system.auth,
            token=open_secret(system.token, owner=owner),
            key=open_secret(system.api_key, owner=owner),
            secret=open_secret(system.api_secret, owner=owner),
        ),
        verify_tls=system.verify_tls,
        ca_file=system.ca_file,
        options=system.options,
        debts=known_debts(system),
        write_fields=tuple(system.write_back_fields.values()) if system.write_back else (),
    )


def known_debts(system: Any) -> dict[str, Any]:
    """Account id -> day its debt was first seen, by the last complete snapshot."""
    debts = system.billed_services.filter(delinquent=True, delinquent_since__isnull=False)
    return dict(debts.order_by("-delinquent_since").values_list("account_id", "delinquent_since"))

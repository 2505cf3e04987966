"""Nornir inventories of GAMs: from targets, and from a NetBox with this plugin. Both make the same hosts of the same shelves.

Secrets are on the host object only. They never come from NetBox's REST API: whoever runs Nornir brings them along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory

from . import netbox_api
from .connections import snmp
from .connections.json_rpc import json_rpc_options
from .contracts import DeviceTarget, Login, SkippedTarget, SnmpCredential, SubscriberModel, Transport
from .errors import ErrorKind, GamError
from .gam.platform import PLATFORM, scrapli_options

GAM_DEVICES = "plugins/gam/gam-devices"
NOT_IN_SERVICE = frozenset({"decommissioning", "inventory", "offline", "planned"})
"""Device statuses of shelves nobody expects an answer from."""

type CredentialsFor = Callable[[Mapping[str, Any]], tuple[Login, SnmpCredential]]
"""Given a GamDevice as REST shows it, the secrets to talk to it."""


# ------------------------------------------------------------------------------------------------------------- from targets


def target_host(target: DeviceTarget) -> Host:
    """The Nornir host of a target: connection options for ``scrapli``, ``json_rpc`` and ``snmp``, and the target itself as data."""
    return Host(
        name=target.name,
        hostname=target.address,
        port=target.ssh_port,
        username=target.login.username,
        password=target.login.password,
        platform=PLATFORM,
        data={
            "target": target,
            "device_id": target.device_id,
            "model": target.model,
            "role": target.role,
            "site": target.site,
            "transport": target.transport.value,
        },
        connection_options={
            "scrapli": ConnectionOptions(port=target.ssh_port, extras=scrapli_options(target)),
            "json_rpc": ConnectionOptions(port=target.http_port, extras=json_rpc_options(target)),
            snmp.CONNECTION_NAME: ConnectionOptions(port=target.snmp_port, extras=snmp_extras(target)),
        },
    )


def targets_inventory(targets: Iterable[DeviceTarget]) -> Inventory:
    """An inventory of targets.

    :raises ValueError: two targets have the same name, which keys every result
    """
    hosts = Hosts()
    for target in targets:
        if target.name in hosts:
            raise ValueError(f"target {target.name!r} is in the batch twice; names key the results")
        hosts[target.name] = target_host(target)
    return Inventory(hosts=hosts, groups=Groups(), defaults=Defaults())


def snmp_extras(target: DeviceTarget, credential: SnmpCredential | None = None) -> dict[str, Any]:
    """Keyword arguments of the SNMP reader for a target; its limits ``snmp_timeout``, ``snmp_retries`` and ``deadline`` apply."""
    limits = target.limits
    return {
        "credential": credential or target.snmp,
        "timeout": limits.get("snmp_timeout", snmp.DEFAULT_TIMEOUT),
        "retries": int(limits.get("snmp_retries", snmp.DEFAULT_RETRIES)),
        "deadline": limits.get("deadline", snmp.DEFAULT_DEADLINE),
    }


# -------------------------------------------------------------------------------------------------------------- from NetBox


class NetBoxInventory:
    """Nornir inventory plugin: the GAMs of a NetBox, by one paged query.

    :param token: a REST token, v2 (``nbt_…``) or v1
    :param credentials: how to come by the secrets of each shelf
    :param only_polled: leave out shelves whose polling is off or whose device is not in service
    :param filters: more filters of the plugin's REST list, e.g. ``{"site": "north"}``
    """

    def __init__(
        self,
        url: str,
        token: str,
        credentials: CredentialsFor,
        *,
        only_polled: bool = True,
        filters: Mapping[str, Any] | None = None,
        timeout: float = netbox_api.TIMEOUT,
        verify: bool | str = True,
    ) -> None:
        self._netbox = netbox_api.NetBox(url, token, timeout=timeout, verify=verify)
        self._credentials = credentials
        self._only_polled = only_polled
        self._filters = dict(filters or {})
        self.skipped: list[SkippedTarget] = []

    def load(self) -> Inventory:
        """The inventory. What was left out, and why, is in ``skipped`` afterwards.

        :raises GamError: NetBox cannot be read
        """
        return targets_inventory(self.targets())

    def targets(self) -> list[DeviceTarget]:
        """The shelves as targets, by name.

        :raises GamError: NetBox cannot be read
        """
        found: dict[str, DeviceTarget] = {}
        self.skipped = []
        for row in self._netbox.rows(GAM_DEVICES, **self._filters):
            decoded = decode_gam_device(row, self._credentials, only_polled=self._only_polled)
            if isinstance(decoded, SkippedTarget):
                self.skipped.append(decoded)
            elif decoded.name in found:
                self.skipped.append(SkippedTarget(decoded.name, "Another device has the same name; rename one of them."))
            else:
                found[decoded.name] = decoded
        return [found[name] for name in sorted(found)]


def decode_gam_device(
    row: Mapping[str, Any], credentials: CredentialsFor, *, only_polled: bool = True
) -> DeviceTarget | SkippedTarget:
    """A GamDevice as REST shows it as a target, or why it is none.

    :raises GamError: UNPARSEABLE, naming the field that is missing or makes no sense
    """
    try:
        name = str(row["name"] or row["device"]["display"])
        reason = _why_not(row, only_polled=only_polled)
        if reason:
            return SkippedTarget(name, reason)
        login, snmp_credential = credentials(row)
        return DeviceTarget(
            name=name,
            address=str(row["management_address"]),
            transport=Transport(_choice(row["transport"])),
            ssh_port=int(row["ssh_port"]),
            http_port=int(row["http_port"]),
            https=bool(row["https"]),
            https_verify=bool(row["https_verify"]),
            snmp_port=int(row["snmp_port"]),
            login=login,
            snmp=snmp_credential,
            model=_choice(row["hardware_model"]),
            subscriber_model=SubscriberModel(_choice(row["subscriber_model"])),
            site=_named(row.get("site")),
            role=_named(row.get("role")),
            device_id=int(row["id"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        what = f"field {error} is missing" if isinstance(error, KeyError) else str(error)
        raise GamError(ErrorKind.UNPARSEABLE, f"gam-device {row.get('id')}: {what}", target="NetBox") from error


def _why_not(row: Mapping[str, Any], *, only_polled: bool) -> str:
    if not row["management_address"]:
        return "No management address: give the device a primary or out-of-band IP address, or an override."
    if only_polled and not row["polling_enabled"]:
        return "Polling is switched off."
    status = _choice(row["status"])
    if only_polled and status in NOT_IN_SERVICE:
        return f"The device's status is {status}."
    return ""


def _choice(value: Any) -> str:
    """REST writes a choice as ``{"value": …, "label": …}``."""
    return str(value["value"] if isinstance(value, Mapping) else value)


def _named(value: Any) -> str:
    """A nested object by the name people see; empty when there is none."""
    return str(value.get("name") or value.get("display") or "") if isinstance(value, Mapping) else str(value or "")

"""Discovery: shelves found at addresses become devices, interfaces, GAMs, ports and endpoints. Idempotent by serial and MAC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dcim.choices import DeviceStatusChoices
from dcim.models import Device, Interface, Site
from django.core.exceptions import ValidationError
from django.db import transaction
from ipam.models import IPAddress

from nornir_tasks.contracts import DeviceTarget, Discovered, DiscoveryOutcome, PortReading, Progress, Transport
from nornir_tasks.gam.catalog import GamModel as CatalogModel
from nornir_tasks.gam.catalog import find_model

from .. import gateway
from ..exceptions import WorkflowError
from ..models import CredentialProfile, GamDevice, GamPort, SnmpProfile, VlanPool
from ..targets import login_of, snmp_of
from . import adoption, alarms, catalog, observed, shelf_services
from .saving import create, in_words, update

type OnProgress = Callable[[Progress], None]
MESSAGE = "Discovered"


@dataclass(frozen=True)
class DiscoveryOptions:
    """How to talk to what is found, and where to put it. ``site`` None: the site named like the shelf's location."""

    credential_profile: CredentialProfile | None = None
    snmp_profile: SnmpProfile | None = None
    site: Site | None = None
    vlan_pool: VlanPool | None = None
    transport: str = "ssh"
    ssh_port: int = 22
    http_port: int = 80
    https: bool = False
    snmp_port: int = 161

    def template(self) -> DeviceTarget:
        """The target every address is tried with.

        :raises SecretError: a secret cannot be opened
        """
        return DeviceTarget(
            name="",
            address="",
            transport=Transport(self.transport),
            ssh_port=self.ssh_port,
            http_port=self.http_port,
            https=self.https,
            snmp_port=self.snmp_port,
            login=login_of(self.credential_profile),
            snmp=snmp_of(self.snmp_profile),
        )


@dataclass
class DiscoveryReport:
    """What discovery found and did."""

    addresses: int = 0
    gams: int = 0
    created: int = 0
    changed: int = 0
    endpoints_seen: int = 0
    endpoints_unknown: int = 0
    samples: int = 0
    models: list[str] = field(default_factory=list)
    adopted: dict[str, int] = field(default_factory=dict)
    not_gams: dict[str, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    problems: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain types, for job data and the command line."""
        return dict(vars(self))


def discover(ranges: Sequence[str], options: DiscoveryOptions, *, on_progress: OnProgress | None = None) -> DiscoveryReport:
    """Look for GAMs at the addresses and record each one found, in a transaction of its own.

    :raises WorkflowError: a range that cannot be understood
    """
    try:
        results = gateway.discover(ranges, options.template(), on_progress)
    except ValueError as error:
        raise WorkflowError(f"Nothing was looked for: {error}") from None
    report = DiscoveryReport(addresses=len(results))
    for result in results:
        if result.failure is not None or result.value is None:
            if result.failure is not None:
                report.failures[result.name] = f"{result.failure.message} [{result.failure.kind}]"
        elif result.value.outcome is not DiscoveryOutcome.GAM:
            report.not_gams[result.value.address] = result.value.detail
        else:
            _record(result.value, options, report, seconds=result.seconds)
    return report


def _record(found: Discovered, options: DiscoveryOptions, report: DiscoveryReport, *, seconds: float) -> None:
    try:
        with transaction.atomic():
            gam, created = record_shelf(found, options)
            _record_contents(gam, found, report, seconds=seconds)
    except ValidationError as error:
        report.failures[found.address] = in_words(error)
        return
    except WorkflowError as error:
        report.failures[found.address] = str(error)
        return
    report.gams += 1
    report.created += created
    report.models = sorted({*report.models, gam.hardware_model})


def _record_contents(gam: GamDevice, found: Discovered, report: DiscoveryReport, *, seconds: float) -> None:
    reading = found.reading
    if reading.endpoints is not None:
        # Before what is configured is adopted, which refers to them.
        observed.note_endpoints(gam, reading)
        report.endpoints_seen += len(reading.endpoints)
        report.endpoints_unknown += sum(1 for item in reading.endpoints if not item.configured_id)
    if found.config is not None:
        shelf_services.remember({gam: found.config})
        for name, count in adoption.adopt(gam, found.config).items():
            report.adopted[name] = report.adopted.get(name, 0) + count
    report.samples += observed.store(gam, reading, seconds=seconds)
    alarms.follow_alarms(gam, reading)
    problems = [f"{problem.where}: {problem.message}" for problem in reading.problems]
    if found.detail:
        problems.append(found.detail)
    if found.host_key and found.host_key != gam.ssh_host_key:
        problems.append(f"its SSH host key is {found.host_key}, not {gam.ssh_host_key}: nothing is written until that is settled")
    if problems:
        report.problems[str(gam)] = problems


def record_shelf(found: Discovered, options: DiscoveryOptions) -> tuple[GamDevice, bool]:
    """The GamDevice of a shelf that was found, created or brought up to date, and whether it was created.

    :raises WorkflowError: identity was not read, the model is unknown, or no site can be chosen
    """
    system = found.reading.system
    if system is None or not system.serial:
        raise WorkflowError(f"{found.address} is a GAM but did not tell its serial number.", next_step="Try again.")
    model = find_model(system.model)
    if model is None:
        raise WorkflowError(f"{found.address} is a {system.model!r}, which is not in the catalogue.", next_step="Report the model.")
    device = _find_or_create_device(found, model, options)
    gam = GamDevice.objects.filter(device=device).first()
    created = gam is None
    if gam is None:
        gam = _create_gam(device, model, found, options)
    else:
        update(gam, message=MESSAGE, hardware_model=model.name, ssh_host_key=gam.ssh_host_key or found.host_key)
    _ensure_ports(gam, model, found.reading.ports or ())
    return gam, created


def _find_or_create_device(found: Discovered, model: CatalogModel, options: DiscoveryOptions) -> Device:
    system = found.reading.system
    assert system is not None  # noqa: S101  # record_shelf checked it
    device = Device.objects.filter(serial=system.serial, device_type__manufacturer__slug="positron").first()
    if device is None:
        device_type, _ = catalog.ensure_device_type(model)
        device = create(
            Device,
            message=MESSAGE,
            name=_free_name(system.sys_name or f"{model.name}-{system.serial}", options.site, system.serial),
            device_type=device_type,
            role=catalog.ensure_role(),
            site=_site_for(found, options),
            serial=system.serial,
            status=DeviceStatusChoices.STATUS_ACTIVE,
        )
    _ensure_interfaces(device, model)
    _ensure_address(device, model, found.address)
    return device


def _free_name(name: str, site: Site | None, serial: str) -> str:
    """Device names are unique per site: a second shelf of the same host name gets its serial behind it."""
    taken = Device.objects.filter(name__iexact=name)
    return f"{name}-{serial}"[:64] if taken.exists() else name[:64]


def _site_for(found: Discovered, options: DiscoveryOptions) -> Site:
    location = found.reading.system.location if found.reading.system else ""
    if location:
        site: Site | None = Site.objects.filter(name__iexact=location).first()
        if site is not None:
            return site
    if options.site is None:
        raise WorkflowError(
            f"{found.address} says it is at {location!r}, which is no site in NetBox.",
            next_step="Create that site, or choose one for the discovery.",
        )
    return options.site


def _ensure_interfaces(device: Device, model: CatalogModel) -> None:
    """Interfaces missing on a device that was made from another template."""
    present = set(device.interfaces.values_list("name", flat=True))
    kinds = dict.fromkeys(model.ghn_interfaces, catalog.GHN_TYPE)
    kinds |= dict.fromkeys(model.uplink_interfaces, catalog.UPLINK_TYPE) | {model.mgmt_interface: catalog.MGMT_TYPE}
    for name, kind in kinds.items():
        if name not in present:
            create(Interface, message=MESSAGE, device=device, name=name, type=kind, mgmt_only=name == model.mgmt_interface)


def _ensure_address(device: Device, model: CatalogModel, host: str) -> None:
    """The address the shelf answered at becomes the device's primary IP, unless it has one."""
    if device.primary_ip is not None or not _is_ip(host):
        return
    address = IPAddress.objects.filter(address__net_host=host).first()
    if address is None:
        interface = device.interfaces.get(name=model.mgmt_interface)
        address = create(IPAddress, message=MESSAGE, address=f"{host}/{128 if ':' in host else 32}", assigned_object=interface)
    elif address.assigned_object is None:
        update(address, message=MESSAGE, assigned_object=device.interfaces.get(name=model.mgmt_interface))
    elif getattr(address.assigned_object, "device", None) != device:
        raise WorkflowError(
            f"Address {host} belongs to {address.assigned_object} in NetBox.",
            next_step="Correct that address, then discover again.",
        )
    device.refresh_from_db()
    update(device, message=MESSAGE, **{"primary_ip6" if ":" in host else "primary_ip4": address})


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _create_gam(device: Device, model: CatalogModel, found: Discovered, options: DiscoveryOptions) -> GamDevice:
    overridden = {} if device.primary_ip is not None else {"address_source": "override", "address_override": found.address}
    return create(
        GamDevice,
        message=MESSAGE,
        device=device,
        hardware_model=model.name,
        transport=options.transport,
        ssh_port=options.ssh_port,
        http_port=options.http_port,
        https=options.https,
        snmp_port=options.snmp_port,
        credential_profile=options.credential_profile,
        snmp_profile=options.snmp_profile,
        ssh_host_key=found.host_key,
        subscriber_model=found.config.subscriber_model if found.config else "endpointAware",
        vlan_pool=options.vlan_pool,
        **overridden,
    )


def _ensure_ports(gam: GamDevice, model: CatalogModel, readings: tuple[PortReading, ...]) -> None:
    """A GamPort per G.hn port; medium, state and isolation as the shelf has them, once."""
    present = set(gam.ports.values_list("number", flat=True))
    by_number = {reading.number: reading for reading in readings}
    interfaces = {interface.name: interface for interface in gam.device.interfaces.all()}
    for number in range(1, model.ports + 1):
        if number in present:
            continue
        reading = by_number.get(number)
        create(
            GamPort,
            message=MESSAGE,
            gam=gam,
            interface=interfaces[model.ghn_interface(number)],
            number=number,
            medium=(reading.medium if reading and reading.medium else model.default_medium),
            enabled=reading is None or reading.enabled is not False,
            isolation_mode=(reading.isolation if reading and reading.isolation else "isolated"),
        )

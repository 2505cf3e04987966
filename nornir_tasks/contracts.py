"""Contracts: the frozen dataclasses that cross every seam.

Units are in the field names (``_mbps``, ``_kbps``, ``_c``, ``_m``, ``_seconds``) or in the comment. ``None`` means "not read",
an empty tuple means "read, and there is nothing". MAC addresses are lower-case with colons (``00:0e:d8:19:97:e6``).
Secrets are kept out of every ``repr``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .errors import ErrorKind

# ---------------------------------------------------------------------------------------------------------------- words


class Transport(StrEnum):
    """How a GAM is written to."""

    SSH = "ssh"
    JSONRPC = "jsonrpc"


class Medium(StrEnum):
    """Medium of a G.hn port (the device's PortMode)."""

    COAX = "coax"
    MIMO = "mimo"
    SISO = "siso"


class SubscriberModel(StrEnum):
    """What a subscriber is bound to on a shelf (`ghnAgent.config.global` SubscriberModel)."""

    ENDPOINT_AWARE = "endpointAware"
    PORT_AWARE = "portAware"


class EndpointState(StrEnum):
    """State of an endpoint as a shelf reports it (MIB column 90 of the brief status). UNKNOWN: the value could not be read."""

    UNKNOWN = "unknown"
    NOT_DETECTED = "notDetected"
    OK = "ok"
    QUARANTINED_WRONG_PORT = "quarantinedWrongPort"
    QUARANTINED_UNKNOWN_MAC = "quarantinedUnknownMAC"


class PoeMode(StrEnum):
    """PoE control of a "+" endpoint."""

    DISABLE = "disable"
    ENABLE = "enable"
    FORCE = "force"


class IsolationMode(StrEnum):
    """RFC 5517 mode of a port."""

    ISOLATED = "isolated"
    COMMUNITY = "community"
    UPLINK = "uplink"
    STACKING = "stacking"
    STACKING_ISOLATED = "stackingIsolated"


class AlarmSeverity(StrEnum):
    """Severity as the shelf says it: nr, na, mn, mj, cr."""

    NOT_REPORTED = "nr"
    NOT_ALARMED = "na"
    MINOR = "mn"
    MAJOR = "mj"
    CRITICAL = "cr"


# -------------------------------------------------------------------------------------------------------------- targets


@dataclass(frozen=True, slots=True)
class Login:
    """User name and password of the SSH shell and of HTTP Basic. A blank password is the factory default."""

    username: str = "admin"
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SnmpCredential:
    """SNMP v2c (``community``) or v3 USM. Protocol names: auth SHA, SHA256, MD5; priv AES, DES; empty = none."""

    version: str = "2c"
    community: str = field(default="public", repr=False)
    username: str = ""
    auth_protocol: str = ""
    auth_key: str = field(default="", repr=False)
    priv_protocol: str = ""
    priv_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DeviceTarget:
    """One GAM to talk to. ``name`` is unique within a batch and keys every result.

    ``limits``: per-target overrides of seconds: ``connect``, ``operation``, ``deadline``. ``ssh_host_key``: the fingerprint
    (``SHA256:…``) the shelf must show; empty accepts what it shows.
    """

    name: str
    address: str
    transport: Transport = Transport.SSH
    ssh_port: int = 22
    http_port: int = 80
    https: bool = False
    https_verify: bool = True
    snmp_port: int = 161
    login: Login = field(default_factory=Login)
    snmp: SnmpCredential = field(default_factory=SnmpCredential)
    model: str = ""
    subscriber_model: SubscriberModel = SubscriberModel.ENDPOINT_AWARE
    site: str = ""
    role: str = ""
    device_id: int | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    ssh_host_key: str = ""


@dataclass(frozen=True, slots=True)
class SkippedTarget:
    """A device that cannot be a target, and why, in words a person can act on."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A typed error as data."""

    kind: ErrorKind
    message: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class TargetResult[T]:
    """What came of one target: a value or a failure, never both. ``seconds`` is wall time."""

    name: str
    value: T | None = None
    failure: Failure | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """True when there is a value."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class Progress:
    """One progress report: ``done`` of ``total`` targets, and what just happened to ``name``."""

    done: int
    total: int
    name: str
    ok: bool = True
    message: str = ""


# -------------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class ReadProblem:
    """A value or section that could not be read; the rest of the reading stands. ``where`` names table, row and column."""

    where: str
    message: str
    kind: ErrorKind = ErrorKind.UNPARSEABLE


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """One firmware image of a shelf: ``slot`` is ``boot``, ``active`` or ``alternate``."""

    slot: str
    name: str = ""
    version: str = ""
    built: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class FirmwareView:
    """The firmware of a shelf as its transport tells it: versions as the shelf writes them (``GAM-12/24-C_v1.5.4``).

    ``upload``: word of the last download's status, None where the transport does not tell. ``config``, ``saved``: the running
    configuration, and whether startup equals it; None where it was not asked for, or the startup one cannot be read.
    """

    active: str
    alternate: str = ""
    revision: str = ""
    upload: str | None = None
    auto_upgrade: bool | None = None
    config: ShelfConfig | None = None
    saved: bool | None = None
    unsaved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file of a shelf's flash file system (``startup-config``). ``modified`` is the shelf's own text."""

    name: str
    size_bytes: int | None = None
    modified: str = ""
    attributes: str = ""


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """Identity and health of a shelf. ``model`` and ``serial`` come from SYSUTIL BoardType/BoardSerial, not ENTITY-MIB.

    ``clock`` is the shelf's own time, as naive as the shelf gives it. ``profiles_used`` counts occupied bandwidth profile slots,
    the built-in one among them. ``config_saved``: running and startup configuration are equal; None where that was not compared.
    """

    model: str
    serial: str
    base_mac: str = ""
    hardware_version: str = ""
    firmware: str = ""
    firmware_alternate: str = ""
    sys_name: str = ""
    location: str = ""
    contact: str = ""
    object_id: str = ""
    uptime_seconds: int | None = None
    cpu_100ms_percent: int | None = None
    cpu_1s_percent: int | None = None
    cpu_10s_percent: int | None = None
    temperatures_c: Mapping[str, float] = field(default_factory=dict)
    fans_rpm: tuple[int, ...] = ()
    power_supplies: Mapping[str, str] = field(default_factory=dict)
    led: str = ""
    images: tuple[FirmwareImage, ...] = ()
    files: tuple[ConfigFile, ...] = ()
    flash_bytes: int | None = None
    flash_free_bytes: int | None = None
    clock: datetime | None = None
    subscriber_model: SubscriberModel | None = None
    profiles_used: int | None = None
    config_saved: bool | None = None


@dataclass(frozen=True, slots=True)
class PortReading:
    """One G.hn port, 1-based ``number``; ``name`` is the operator's label.

    Counters are the 64-bit IF-MIB ones, octets and frames since some reset; ``counter_bits`` is 32 where the shelf has only the old
    ones. ``outage`` is the shelf's own word for "serves no endpoint", ``outage_service_affecting`` that a subscriber is behind it.
    ``hardware``, ``serial``, ``firmware`` and ``uptime_seconds`` are those of the port's modem, ``usable_mbps`` is what its
    endpoints can be sent together; 0 where there are none.
    """

    number: int
    if_index: int
    name: str = ""
    mac: str = ""
    medium: Medium | None = None
    enabled: bool | None = None
    isolation: IsolationMode | None = None
    link_up: bool | None = None
    endpoint_macs: tuple[str, ...] = ()
    in_octets: int | None = None
    out_octets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None
    counter_bits: int = 64
    outage: bool | None = None
    outage_service_affecting: bool | None = None
    hardware: str = ""
    serial: str = ""
    firmware: str = ""
    uptime_seconds: int | None = None
    usable_mbps: int | None = None


@dataclass(frozen=True, slots=True)
class SfpReading:
    """Diagnostics of an optical module. ``flagged`` maps a field to ``warning`` or ``alarm`` as the shelf marked it."""

    vendor: str = ""
    part_number: str = ""
    serial: str = ""
    temperature_c: float | None = None
    voltage_v: float | None = None
    tx_bias_ma: float | None = None
    tx_power_dbm: float | None = None
    rx_power_dbm: float | None = None
    flagged: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EthernetReading:
    """An uplink or the MGMT port. ``name`` is the CLI name (``10GigabitEthernet 1/1``)."""

    name: str
    if_index: int
    link_up: bool | None = None
    speed_mbps: int | None = None
    in_octets: int | None = None
    out_octets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    sfp: SfpReading | None = None
    enabled: bool | None = None
    full_duplex: bool | None = None
    in_discards: int | None = None
    out_discards: int | None = None
    counter_bits: int = 64


@dataclass(frozen=True, slots=True)
class EndpointEthernet:
    """One Ethernet port of an endpoint, 1-based ``number``."""

    number: int
    link_up: bool | None = None
    full_duplex: bool | None = None
    speed_mbps: int | None = None


@dataclass(frozen=True, slots=True)
class PoeReading:
    """Power over Ethernet of a "+" endpoint. ``mode`` is ``802.3af``, ``802.3at`` or empty."""

    port: int
    enabled: bool | None = None
    mode: str = ""
    overload: bool | None = None


@dataclass(frozen=True, slots=True)
class EndpointReading:
    """One endpoint as the shelf sees it, configured or not. Rx is downstream, Tx upstream (seen from the endpoint).

    ``configured_id`` 0 means unknown to the shelf. When ``alive`` is false the rates are not meaningful and are ``None``.
    ``frames_*`` and ``errors_*`` count G.hn frames (PDUs) since some reset, down to the endpoint and up from it.
    """

    mac: str
    configured_id: int = 0
    name: str = ""
    configured_port: int | None = None
    auto_port: bool = False
    detected_port: int | None = None
    state: EndpointState = EndpointState.NOT_DETECTED
    subscriber_name: str = ""
    profile_name: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    firmware_mismatch: bool = False
    alive: bool | None = None
    uptime_seconds: int | None = None
    wire_length_m: int | None = None
    rx_phy_mbps: int | None = None
    tx_phy_mbps: int | None = None
    rx_max_mbps: int | None = None
    tx_max_mbps: int | None = None
    rx_usage_mbps: int | None = None
    tx_usage_mbps: int | None = None
    hardware: str = ""
    assembly: str = ""
    revision: str = ""
    ethernet: tuple[EndpointEthernet, ...] = ()
    poe: PoeReading | None = None
    upgrade: str = ""
    error_percent_down: float | None = None
    error_percent_up: float | None = None
    frames_down: int | None = None
    frames_up: int | None = None
    snr_down_db: float | None = None
    snr_up_db: float | None = None


class AlarmChange(StrEnum):
    """What a row of a shelf's alarm log says happened (MIB: 0 raising, 1 clearing, 2 changed, 3 transient)."""

    RAISED = "raised"
    CLEARED = "cleared"
    CHANGED = "changed"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class AlarmLogReading:
    """One row of a shelf's alarm log; ``index`` grows with time until the log is cleared. Times are the shelf's own text."""

    index: int
    uuid: str
    entity: str
    condition: str
    severity: AlarmSeverity
    service_affecting: bool
    change: AlarmChange
    occurred: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class AlarmReading:
    """One active alarm of a shelf, keyed by UUID (32 hex digits)."""

    uuid: str
    entity: str
    condition: str
    severity: AlarmSeverity
    service_affecting: bool
    occurred: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """Everything one poll found out. A section that could not be read is ``None`` and has a problem; an empty one is ``()``.

    ``sources`` says per section where it came from (``snmp``, ``jsonrpc``, ``ssh``). ``incomplete`` names the sections with rows
    that could not be read: what is missing there is not known to be gone.
    """

    name: str
    taken_at: datetime
    system: SystemFacts | None = None
    ports: tuple[PortReading, ...] | None = None
    ethernet: tuple[EthernetReading, ...] | None = None
    endpoints: tuple[EndpointReading, ...] | None = None
    alarms: tuple[AlarmReading, ...] | None = None
    alarm_log: tuple[AlarmLogReading, ...] | None = None
    problems: tuple[ReadProblem, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    incomplete: frozenset[str] = frozenset()


class DiscoveryOutcome(StrEnum):
    """What an address turned out to be. SILENT: no SNMP answer, which a wrong community looks like, too."""

    GAM = "gam"
    NOT_A_GAM = "not_a_gam"
    SILENT = "silent"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Discovered:
    """What discovery learned of one address: the reading, and the shelf's configuration when it could log in.

    ``reading`` has no sections unless ``outcome`` is GAM. ``detail`` says in words what was found instead, or why there is no
    configuration. ``snmp_used`` and ``login_used`` are positions in the lists of credentials that were tried. ``host_key`` is the
    fingerprint of the SSH host key the shelf showed, empty without SSH.
    """

    address: str
    reading: DeviceReading
    config: ShelfConfig | None = None
    outcome: DiscoveryOutcome = DiscoveryOutcome.GAM
    detail: str = ""
    snmp_used: int | None = None
    login_used: int | None = None
    host_key: str = ""


# -------------------------------------------------------------------------------------------------------- configuration


@dataclass(frozen=True, slots=True)
class ProfileConfig:
    """A bandwidth profile slot. Key: ``name``. Rates in whole Mbit/s. ``id`` is a hint (1-15; 1 is the built-in default)."""

    name: str
    downstream_mbps: int
    upstream_mbps: int
    description: str = ""
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """An endpoint's configuration. Key: ``name``. ``port`` is None when unassigned; ``auto_port`` locks to the first port seen."""

    name: str
    mac: str
    port: int | None = None
    auto_port: bool = False
    description: str = ""
    allow_management: bool = False
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SubscriberConfig:
    """A subscriber's configuration. Key: ``name``. References are by name; ``profile`` None is unthrottled.

    ``endpoint`` is the endpoint's name (endpoint-aware), ``port`` the G.hn port number (port-aware only).
    """

    name: str
    vlan: int
    endpoint: str | None = None
    port: int | None = None
    profile: str | None = None
    description: str = ""
    tagged: bool = False
    remapped_vlan: int | None = None
    port2_vlan: int | None = None
    allowed_vlans: tuple[int, ...] = ()
    trunk: bool = False
    double_tag: bool = False
    outer_vlan: int | None = None
    nni: str | None = None
    poe: PoeMode | None = None
    id: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ShelfConfig:
    """The part of a shelf's configuration this project owns, sorted by name. ``raw`` may hold secrets and is not shown.

    ``knows``: every method and field name of the firmware's own inventory (JSON-RPC introspection); empty where it was not read.
    """

    profiles: tuple[ProfileConfig, ...] = ()
    endpoints: tuple[EndpointConfig, ...] = ()
    subscribers: tuple[SubscriberConfig, ...] = ()
    subscriber_model: SubscriberModel = SubscriberModel.ENDPOINT_AWARE
    default_nni: str | None = None
    raw: str = field(default="", repr=False, compare=False)
    knows: frozenset[str] = field(default=frozenset(), repr=False, compare=False)


# -------------------------------------------------------------------------------------------------------------- changes


class ChangeAction(StrEnum):
    """What a change does to its object."""

    ADD = "add"
    SET = "set"
    REMOVE = "remove"


class ChangeKind(StrEnum):
    """The kind of object a change is about, in the order they are created."""

    PROFILE = "profile"
    ENDPOINT = "endpoint"
    SUBSCRIBER = "subscriber"


type ConfigObject = ProfileConfig | EndpointConfig | SubscriberConfig


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field that changes, in words. Empty string means "not set"."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is added, set or removed. ``before`` is None for an add, ``after`` is None for a remove."""

    action: ChangeAction
    kind: ChangeKind
    name: str
    before: ConfigObject | None = None
    after: ConfigObject | None = None
    reason: str = ""

    def inverse(self) -> Change:
        """The change that undoes this one."""
        swapped = {ChangeAction.ADD: ChangeAction.REMOVE, ChangeAction.REMOVE: ChangeAction.ADD, ChangeAction.SET: ChangeAction.SET}
        return Change(swapped[self.action], self.kind, self.name, self.after, self.before, f"undo: {self.reason}")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a desired configuration breaks; ``subject`` is the object's name."""

    subject: str
    field: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class SlotMerge:
    """One profile that another one could serve: ``moves`` subscribers of ``leave`` go ``into`` the other, and a slot is free.

    Nobody gets less: ``into`` is at least as fast in both directions. ``equal``: the rates are the same.
    """

    leave: ProfileConfig
    into: ProfileConfig
    moves: int
    equal: bool = False


@dataclass(frozen=True, slots=True)
class SlotUse:
    """The bandwidth profile slots of one shelf.

    ``users``: subscribers by profile name. ``free``: slots with nothing in them. ``unused``: names of profiles that serve nobody,
    which a plan may free. ``merges``: cheapest first. ``way_out``: what would make room, cheapest first, in words.
    """

    profiles: tuple[ProfileConfig, ...]
    users: Mapping[str, int]
    free: int
    unused: tuple[str, ...]
    merges: tuple[SlotMerge, ...]
    way_out: str

    @property
    def headroom(self) -> int:
        """How many new speeds fit: free slots and those that unused profiles would give back."""
        return self.free + len(self.unused)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a change plan: the change, the exact text that will be sent, and the exact text that would undo it."""

    index: int
    change: Change
    sends: tuple[str, ...]
    undo_sends: tuple[str, ...]
    diff: tuple[FieldDiff, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfPlan:
    """All steps for one GAM, bound to the state they were computed from. ``violations`` non-empty means: not applicable.

    ``warnings``: what the shelf accepts and a person should know first. ``lacking``: the violations that only this transport has.
    ``transport_reason``: why the plan does not go over the transport its GAM is set to; empty when it does.
    """

    target: str
    transport: Transport
    state_hash: str
    steps: tuple[PlannedStep, ...] = ()
    violations: tuple[Violation, ...] = ()
    interrupts: tuple[str, ...] = ()
    warnings: tuple[Violation, ...] = ()
    lacking: tuple[Violation, ...] = ()
    transport_reason: str = ""


class StepState(StrEnum):
    """Life of a step while it is applied."""

    PLANNED = "planned"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"
    SKIPPED = "skipped"


class ApplyOutcome(StrEnum):
    """How an apply ended. NEEDS_ATTENTION: the undo could not be verified; nothing may be written until a person looked."""

    APPLIED = "applied"
    NOTHING_TO_DO = "nothing_to_do"
    STALE = "stale"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    NEEDS_ATTENTION = "needs_attention"


@dataclass(frozen=True, slots=True)
class StepEvent:
    """A journal entry. It is delivered, and stored, before the next thing happens on the wire.

    ``phase``: ``reread``, ``step``, ``verify``, ``save``, ``verify_startup``, ``undo``, ``verify_undo``, ``done``. ``index`` is
    the step's (or -1). ``sent`` and ``answered`` are redacted.
    """

    target: str
    phase: str
    index: int = -1
    state: StepState | None = None
    sent: tuple[str, ...] = ()
    answered: str = ""
    failure: Failure | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What came of applying a plan. ``difference`` holds what is not as planned, in words."""

    target: str
    outcome: ApplyOutcome
    saved: bool = False
    verified: bool = False
    sent: tuple[str, ...] = ()
    difference: tuple[str, ...] = ()
    state_hash_after: str = ""
    failure: Failure | None = None


# ---------------------------------------------------------------------------------------------------------------- drift


class DriftKind(StrEnum):
    """How the shelf differs from intent."""

    MISALIGNED = "misaligned"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


class DriftObject(StrEnum):
    """What differs. Ports are known by number, endpoints by MAC address, subscribers by name."""

    PORT = "port"
    ENDPOINT = "endpoint"
    SUBSCRIBER = "subscriber"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``field`` is empty where the whole object is missing or unexpected; values in words, empty is "not set".

    ``port`` is the G.hn port it shows on, as far as that is known.
    """

    kind: DriftKind
    object: DriftObject
    name: str
    field: str = ""
    intent: str = ""
    actual: str = ""
    port: int | None = None

    @property
    def key(self) -> str:
        """The same for the same difference of one shelf, whatever its values are."""
        return f"{self.object}:{self.name}:{self.field or self.kind}"


@dataclass(frozen=True, slots=True)
class PortIntent:
    """A G.hn port as it should be."""

    number: int
    enabled: bool
    isolation: str


@dataclass(frozen=True, slots=True)
class ReadScope:
    """What a read says something about.

    ``whole``: kinds of objects of which all were read, so that absence counts. ``seen``: objects that were read, by kind and name.
    ``fields``: by kind, the fields that were read; every field of a kind that is not in it. ``unsaid``: fields of single objects,
    by name, that were read and could not be understood.
    """

    whole: frozenset[DriftObject] = frozenset()
    seen: frozenset[tuple[DriftObject, str]] = frozenset()
    fields: Mapping[DriftObject, frozenset[str]] = field(default_factory=dict)
    unsaid: frozenset[tuple[str, str]] = frozenset()

    def covers(self, kind: DriftObject, name: str, field_name: str) -> bool:
        """Whether the read says if this object, or this field of it, differs."""
        if kind not in self.whole and (kind, name) not in self.seen:
            return False
        if not field_name:
            return kind in self.whole
        if (name, field_name) in self.unsaid:
            return False
        return kind not in self.fields or field_name in self.fields[kind]


CONFIG_SCOPE = ReadScope(whole=frozenset({DriftObject.ENDPOINT, DriftObject.SUBSCRIBER}))
"""The scope of a running configuration. Ports are not part of it."""


# -------------------------------------------------------------------------------------------------------------- billing


class BillingSystemType(StrEnum):
    """The billing systems spoken to."""

    SONAR = "sonar"
    SPLYNX = "splynx"


class ServiceState(StrEnum):
    """Effective state of a billed service, whatever the billing system calls it. UNKNOWN is a finding, never an action."""

    IN_SERVICE = "in_service"
    SUSPENDED = "suspended"
    PENDING = "pending"
    TERMINATED = "terminated"
    UNKNOWN = "unknown"


class DebtAction(StrEnum):
    """What a customer's debt does to a service that would be in service otherwise."""

    KEEP = "keep"
    SUSPEND = "suspend"
    GRACE = "grace"


@dataclass(frozen=True, slots=True)
class DebtPolicy:
    """What debt does; ``days`` of grace are counted from when the debt was first seen, for GRACE only."""

    action: DebtAction
    days: int = 0


@dataclass(frozen=True, slots=True)
class RawStatus:
    """What a billing system says of a service, before anybody says what it means.

    ``word`` is the status as the matrix has it, lower case: Sonar's account status, Splynx' ``customer/service``. ``activates`` is
    Sonar's ``activates_account``, None elsewhere. ``delinquent``: Sonar's ``is_delinquent``, Splynx' blocked customer.
    """

    word: str
    activates: bool | None = None
    archived: bool = False
    delinquent: bool = False


@dataclass(frozen=True, slots=True)
class StateRules:
    """How raw statuses of one billing system become states: what its operator said, the rest by default."""

    type: BillingSystemType
    debt: DebtPolicy
    status_map: Mapping[str, ServiceState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EffectiveState:
    """A state and who said so: ``operator``, ``default`` or ``debt``."""

    state: ServiceState
    source: str


@dataclass(frozen=True, slots=True)
class BillingCredential:
    """``token`` for Sonar; ``key`` and ``secret`` for Splynx. ``auth``: ``bearer``, ``basic``, ``signature`` or ``token``."""

    auth: str
    token: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BillingTarget:
    """One billing system. ``options``: ``page_size``, ``requests_per_minute``, ``status_map`` and the like.

    ``debts``: account id -> day since which the account is known to be in debt, for days of grace.
    ``write_fields``: custom fields, additional attributes or ``note`` that are written back; a connection check looks at them.
    """

    name: str
    type: BillingSystemType
    url: str
    credential: BillingCredential
    verify_tls: bool = True
    ca_file: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    debts: Mapping[str, date] = field(default_factory=dict, repr=False)
    write_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BillingPlan:
    """A tariff (Splynx) or data service (Sonar). Raw kbit/s as entered there: 100 Mbit/s may be 100000 or 102400.

    ``recurring``: a service billed as recurring, which is Internet access only where the operator says so and gives its speeds.
    """

    external_id: str
    name: str
    download_kbps: int | None
    upload_kbps: int | None
    price: Decimal | None = None
    recurring: bool = False


@dataclass(frozen=True, slots=True)
class BillingService:
    """One billed internet service, after successors were collapsed and states mapped.

    ``external_id`` is ``account[.service]`` in the system's own ids, namespaced by ``entity`` (``account_service`` or
    ``internet_service``). ``macs`` are canonical and may be several; ``raw_status`` keeps the system's words.
    """

    entity: str
    external_id: str
    account_id: str
    name: str
    state: ServiceState
    raw_status: str
    email: str = ""
    phone: str = ""
    address: str = ""
    plan_id: str | None = None
    macs: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    login: str = ""
    ipv4: tuple[str, ...] = ()
    parent_account_id: str | None = None
    additional: bool = False
    delinquent: bool = False
    replaces: tuple[str, ...] = ()
    raw: RawStatus = field(default_factory=lambda: RawStatus(""))
    delinquent_since: date | None = None
    version: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrphanDevice:
    """Equipment known to billing that hangs on no account (Sonar item at an address without account; Splynx unassigned item).

    ``at_address``: it is installed somewhere; false for stock, vans and the like, where nothing is wrong with it.
    """

    external_id: str
    mac: str
    serial: str = ""
    where: str = ""
    at_address: bool = False


class CheckState(StrEnum):
    """How a check of a connection ended. A warning: it works, and something is to be known or done."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """One check of a connection: its name, how it ended, what was found, what to do, and which assumptions it tried by number."""

    name: str
    state: CheckState
    detail: str
    next_step: str = ""
    assumes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing to know or to do."""
        return self.state is CheckState.OK


@dataclass(frozen=True, slots=True)
class BillingSnapshot:
    """Everything of one billing system at one time. ``complete`` false: absence means nothing.

    ``scope`` is a fingerprint of what the credential can see; a changed scope voids absence, too. ``counts`` per collection.
    """

    system: str
    taken_at: datetime
    complete: bool
    scope: str
    services: tuple[BillingService, ...] = ()
    plans: tuple[BillingPlan, ...] = ()
    offers: tuple[BillingPlan, ...] = ()
    """Services billed as recurring that nobody has said to be Internet access; compared with nothing."""
    orphans: tuple[OrphanDevice, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    cursor: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where a reading of changes has to begin after this one; empty where changes cannot be asked for."""


@dataclass(frozen=True, slots=True)
class ChangedAccounts:
    """Accounts that changed since a cursor, and the cursor for the next time.

    ``too_many``: so many that reading everything is quicker; ``ids`` is empty then.
    """

    ids: tuple[str, ...]
    cursor: Mapping[str, str]
    too_many: bool = False


# ------------------------------------------------------------------------------------------------------ back to billing


class BackValue(StrEnum):
    """What a billing system may be told of an account, and nothing else."""

    SERVICE_STATE = "service_state"
    NETBOX_LINK = "netbox_link"
    PLACE = "place"
    LAST_CHANGE = "last_change"


@dataclass(frozen=True, slots=True)
class BackSource:
    """One service as NetBox has it. ``last_change`` is empty before the first verified change."""

    name: str
    state: str
    link: str
    place: str
    last_change: str = ""


@dataclass(frozen=True, slots=True)
class AccountReading:
    """An account (Sonar) or customer (Splynx) as it stands there.

    ``version`` is the system's own mark of the object's state, ``values`` are texts by custom field or additional attribute,
    ``note_keys`` those of the keys asked for that stand in a note.
    """

    account_id: str
    version: str
    values: Mapping[str, str] = field(default_factory=dict)
    note_keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccountWrite:
    """What is to be written of one account. ``version`` and ``before`` are as they were read, by field.

    ``note`` with its ``note_key``: text of a note that is to be there once; both empty for none.
    """

    account_id: str
    version: str
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    note_key: str = ""


class WriteOutcome(StrEnum):
    """What came of a write. ALREADY and CHANGED: nothing was sent, as all stood there, or the account is not as it was read."""

    WRITTEN = "written"
    ALREADY = "already"
    CHANGED = "changed"


# ------------------------------------------------------------------------------------------------------- reconciliation


class FindingKind(StrEnum):
    """One class of difference between billing, intent and actual."""

    ACTIVE_NOT_ON_NETWORK = "active_not_on_network"
    INACTIVE_ON_NETWORK = "inactive_on_network"
    SUBSCRIBER_WITHOUT_ENDPOINT = "subscriber_without_endpoint"
    ENDPOINT_WITHOUT_SUBSCRIBER = "endpoint_without_subscriber"
    EQUIPMENT_WITHOUT_ACCOUNT = "equipment_without_account"
    MAC_MISMATCH = "mac_mismatch"
    SERIAL_MISMATCH = "serial_mismatch"
    PLAN_MISMATCH = "plan_mismatch"
    PLAN_UNMAPPED = "plan_unmapped"
    AMBIGUOUS_KEY = "ambiguous_key"
    DUPLICATE_IP = "duplicate_ip"
    MULTIPLE_SERVICES = "multiple_services"
    STALE_LINK = "stale_link"
    UNKNOWN_STATUS = "unknown_status"
    SOURCE_INCOMPLETE = "source_incomplete"
    IP_MISMATCH = "ip_mismatch"
    VLAN_MISMATCH = "vlan_mismatch"
    SPEED_ON_SHELF = "speed_on_shelf"
    LIVE_WHILE_OFF = "live_while_off"
    RULE_HELD = "rule_held"


@dataclass(frozen=True, slots=True)
class IntentPlan:
    """A bandwidth plan as NetBox has it, rates in kbit/s. ``shelf_*``: with overhead, as a shelf limits it; 0 when not told."""

    key: int
    name: str
    download_kbps: int
    upload_kbps: int
    unthrottled: bool = False
    shelf_download_kbps: int = 0
    shelf_upload_kbps: int = 0


class Confidence(StrEnum):
    """How sure a proposal is. Only what is not UNSURE is accepted together with others."""

    EXACT = "exact"
    LIKELY = "likely"
    UNSURE = "unsure"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """Which bandwidth plan a billed plan could be: its key, how sure that is and why, and others that would fit as well."""

    key: int | None
    confidence: Confidence
    why: str
    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ShelfService:
    """A service as its shelf had it when its configuration was last read, at ``read_at`` (ISO 8601). Rates None: unthrottled."""

    vlan: int
    downstream_mbps: int | None = None
    upstream_mbps: int | None = None
    read_at: str = ""


@dataclass(frozen=True, slots=True)
class IntentEndpoint:
    """An endpoint as NetBox has it, with what was last seen of it. ``subscriber_key`` is the subscriber it serves.

    ``seen_at`` (ISO 8601) is when the network was asked, ``traffic_mbps`` what it carried then in the busier direction.
    """

    key: int
    mac: str
    name: str = ""
    serial: str = ""
    gam: str = ""
    port: int | None = None
    subscriber_key: int | None = None
    seen: bool = False
    seen_at: str = ""
    traffic_mbps: int | None = None


@dataclass(frozen=True, slots=True)
class IntentSubscriber:
    """A subscriber as NetBox has it. ``links`` are (entity, external id) in the system being compared.

    ``vlan`` and ``*_mbps`` are what its shelf should have (rates None: unthrottled). ``shelf_read`` (ISO 8601) is when the shelf's
    configuration was last read, empty for never; ``on_shelf`` is the service there, None when there is none.
    """

    key: int
    name: str
    status: str
    gam: str = ""
    endpoint_key: int | None = None
    plan_key: int | None = None
    links: tuple[tuple[str, str], ...] = ()
    ipv4: tuple[str, ...] = ()
    vlan: int | None = None
    downstream_mbps: int | None = None
    upstream_mbps: int | None = None
    shelf_read: str = ""
    on_shelf: ShelfService | None = None


@dataclass(frozen=True, slots=True)
class IntentView:
    """NetBox's side of a comparison for one billing system. ``other_links``: subscriber keys owned by another system.

    ``suspended_vlan`` is where suspended services belong. ``read_at`` (ISO 8601) is when NetBox was asked.
    """

    subscribers: tuple[IntentSubscriber, ...] = ()
    endpoints: tuple[IntentEndpoint, ...] = ()
    plans: tuple[IntentPlan, ...] = ()
    plan_map: Mapping[str, int] = field(default_factory=dict)
    other_links: frozenset[int] = frozenset()
    suspended_vlan: int | None = None
    read_at: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A billed service matched to a subscriber and/or endpoint. ``reason``: link, serial, mac, login, ip."""

    service: BillingService
    reason: str
    subscriber_key: int | None = None
    endpoint_key: int | None = None


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """One difference, before it is stored. ``fingerprint`` is stable over runs for the same difference.

    ``billing``, ``intent`` and ``actual`` are the values on each side, plain JSON types, without secrets.
    """

    kind: FindingKind
    fingerprint: str
    title: str
    external_id: str = ""
    entity: str = ""
    subscriber_key: int | None = None
    endpoint_key: int | None = None
    billing: Mapping[str, Any] = field(default_factory=dict)
    intent: Mapping[str, Any] = field(default_factory=dict)
    actual: Mapping[str, Any] = field(default_factory=dict)
    rule: str = ""
    read_at: Mapping[str, str] = field(default_factory=dict)
    """When each side was read (ISO 8601), by ``billing``, ``intent`` and ``actual``; sides that say nothing are left out."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing a snapshot with NetBox yields. ``conclusive`` false: findings that follow from absence were left out.

    ``plan_map`` is billing plan id -> bandwidth plan key, for those that map within tolerance or by the operator's word.
    """

    matches: tuple[Match, ...] = ()
    unmatched: tuple[BillingService, ...] = ()
    findings: tuple[FindingDraft, ...] = ()
    plan_map: Mapping[str, int] = field(default_factory=dict)
    conclusive: bool = True


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """Whether a snapshot may be used for changes. ``reasons`` name figure, limit and what was held."""

    held: bool
    reasons: tuple[str, ...] = ()

"""What a GAM accepts: names, VLANs, rates, limits, and how its objects may refer to each other. Pure.

Single values are checked by functions that return the value or raise :class:`~nornir_tasks.errors.RuleViolation`; whole objects
and whole configurations by ``check_*``, which return every :class:`~nornir_tasks.contracts.Violation` at once. The limits are the
vendor's (API overview, CLI guide, VLAN guide, MIBs); where those contradict each other the strictest is enforced, and the
constant's docstring says so.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ..contracts import EndpointConfig, ProfileConfig, ShelfConfig, SubscriberConfig, SubscriberModel, Violation
from ..errors import RuleViolation
from .catalog import MAX_ENDPOINTS, MAX_PROFILES, MAX_SUBSCRIBERS, GamModel
from .versions import Version, parse_software

NAME_MAX = 31
DESCRIPTION_MAX = 63
"""The web page and the API stop at 63 characters; the CLI guide and the MIB say 127."""

RATE_MIN_MBPS = 10
RATE_MAX_MBPS = 1999
"""Range of the MIB. The API overview of 2021 says 800 or 1000, but shelves in service have 1000 on coax (1.5.4)."""
CERTAIN_RATE_COAX_MBPS = 800
CERTAIN_RATE_COPPER_MBPS = 1000
"""Up to here every source agrees that a shelf limits; above, the API overview says it does not."""
WIDE_RATES = Version((1, 5, 0))
"""From here on the MIB's range is taken for true; older firmware is held to the older guide."""

VLAN_MIN = 3
VLAN_MAX = 4093
UNPROVISIONED_VLAN = 4094
"""Where a shelf puts a subscriber that is not provisioned, and where this project puts a suspended one."""
SUSPENDED_VLAN = UNPROVISIONED_VLAN
MANAGEMENT_VLAN = 4093
"""Factory VLAN of in-band management: allowed for a service, but rarely meant."""
INTERNAL_VLANS = frozenset({1, 2, 4095, 3840, 3841, 3842})
"""1, 2 and 4095 are used inside the shelf (2 manages the endpoints); 3840-3842 are excluded for services."""

ALLOWED_VLANS_MAX = 12
ALLOWED_VLANS_OLD_MAX = 14
"""The VLAN guide of 2024 says 12, the older guides 14: 12 is enforced for what is written, 13 and 14 are only warned of."""

BUILTIN_PROFILE_ID = 1
BUILTIN_PROFILE = ProfileConfig("Default BW Profile", 10, 10, id=BUILTIN_PROFILE_ID)
"""Profile 1 exists on every shelf and cannot be given away; it limits endpoints nobody assigned (walk of a real GAM-12-C)."""

_MAC_FORMS = (
    re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}"),
    re.compile(r"[0-9a-f]{2}(?:-[0-9a-f]{2}){5}"),
    re.compile(r"[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}"),
    re.compile(r"[0-9a-f]{12}"),
)
_FORBIDDEN_CHARACTERS = {
    '"': "it ends the quoted text on the command line",
    "\\": "the command line may take it for an escape",
    "?": "the shell takes it as a request for help while the line is typed",
}


# -------------------------------------------------------------------------------------------------------- single values


def valid_name(field: str, value: str) -> str:
    """A name of an endpoint, subscriber or profile: 1-31 printable ASCII characters, without ``"``, ``\\`` and ``?``.

    :raises RuleViolation: naming the character and why it cannot be used
    """
    if not value:
        raise RuleViolation(field, value, "a name has at least one character")
    if len(value) > NAME_MAX:
        raise RuleViolation(field, value, f"a name has at most {NAME_MAX} characters, this one has {len(value)}")
    _check_characters(field, value)
    return value


def valid_description(field: str, value: str) -> str:
    """A description: at most 63 printable ASCII characters, may be empty.

    :raises RuleViolation: naming the length or the character
    """
    if len(value) > DESCRIPTION_MAX:
        raise RuleViolation(field, value, f"a description has at most {DESCRIPTION_MAX} characters, this one has {len(value)}")
    _check_characters(field, value)
    return value


def _check_characters(field: str, value: str) -> None:
    for character in value:
        if not " " <= character <= "~":
            raise RuleViolation(field, value, f"character {character!r} is not printable ASCII, the only text a shelf stores")
        if character in _FORBIDDEN_CHARACTERS:
            raise RuleViolation(field, value, f"character {character} cannot be used: {_FORBIDDEN_CHARACTERS[character]}")
    if value != value.strip():
        raise RuleViolation(field, value, "no blanks at the beginning or end, they are lost or overlooked")


def is_reserved_vlan(vlan: int) -> bool:
    """True for ids no VLAN pool may hand out: internal ones, the unprovisioned one, and what is no VLAN id at all."""
    return vlan in INTERNAL_VLANS or not VLAN_MIN <= vlan <= VLAN_MAX


def valid_service_vlan(field: str, value: int) -> int:
    """A VLAN a service may use: 3-4093 without 3840-3842.

    :raises RuleViolation: saying what the id is reserved for
    """
    if value in INTERNAL_VLANS:
        raise RuleViolation(field, value, "reserved by the shelf; use 3-4093 without 3840-3842")
    if value == UNPROVISIONED_VLAN:
        raise RuleViolation(field, value, "4094 means unprovisioned and is only allowed as a subscriber's own VLAN")
    if not VLAN_MIN <= value <= VLAN_MAX:
        raise RuleViolation(field, value, "a service VLAN is 3-4093 without 3840-3842")
    return value


def valid_subscriber_vlan(field: str, value: int) -> int:
    """A subscriber's own VLAN: a service VLAN, or 4094 for one that is not provisioned or is suspended.

    :raises RuleViolation: see :func:`valid_service_vlan`
    """
    return value if value == UNPROVISIONED_VLAN else valid_service_vlan(field, value)


def valid_rate(field: str, value: int) -> int:
    """A limiter rate in whole Mbit/s, 10-1999.

    :raises RuleViolation: when it is outside
    """
    if not RATE_MIN_MBPS <= value <= RATE_MAX_MBPS:
        raise RuleViolation(field, value, f"a rate is {RATE_MIN_MBPS}-{RATE_MAX_MBPS} Mbit/s; leave the profile out for no limit")
    return value


def valid_id(field: str, value: int, highest: int) -> int:
    """An id on a shelf, 1 up to ``highest``.

    :raises RuleViolation: when it is outside
    """
    if not 1 <= value <= highest:
        raise RuleViolation(field, value, f"ids are 1-{highest}")
    return value


def canonical_mac(text: str) -> str:
    """A MAC address in lower case with colons, from ``00:0E:D8:…``, ``00-0e-…``, ``000e.d819.97e6`` or bare hex digits.

    :raises RuleViolation: when it is no MAC address, or one no endpoint can have (all zero, broadcast, multicast)
    """
    lowered = text.strip().lower()
    if not any(form.fullmatch(lowered) for form in _MAC_FORMS):
        raise RuleViolation("mac", text, "not a MAC address: six pairs of hex digits, as 00:0e:d8:19:97:e6")
    digits = re.sub(r"[^0-9a-f]", "", lowered)
    if digits == "0" * 12:
        raise RuleViolation("mac", text, "all zero is no endpoint's address")
    if digits == "f" * 12:
        raise RuleViolation("mac", text, "the broadcast address is no endpoint's address")
    if int(digits[:2], 16) & 1:
        raise RuleViolation("mac", text, "a multicast address is no endpoint's address")
    return ":".join(digits[index : index + 2] for index in range(0, 12, 2))


def endpoint_auto_name(mac: str) -> str:
    """The name a shelf gives an endpoint by itself: ``Positron_1997E6`` for …:19:97:e6 (seen on real shelves).

    :raises RuleViolation: when ``mac`` is no MAC address
    """
    return f"Positron_{canonical_mac(mac).replace(':', '')[6:].upper()}"


@dataclass(frozen=True, slots=True)
class ShelfRate:
    """A limiter rate in whole Mbit/s; ``note`` says so when it had to be moved into the range a shelf accepts."""

    mbps: int
    note: str = ""


def shelf_rate(kbps: int, overhead_percent: int | float | Decimal) -> ShelfRate:
    """The limiter rate for a sold speed: the limiter counts layer-2 frames, so 6-8 % are customarily added (API overview).

    Rounded up to whole Mbit/s, so that nobody gets less than was sold, then moved into 10-1999.

    :raises RuleViolation: when the speed is not positive or the overhead is negative
    """
    if kbps <= 0:
        raise RuleViolation("speed", kbps, "a sold speed is more than 0 kbit/s")
    overhead = Fraction(str(overhead_percent))
    if overhead < 0:
        raise RuleViolation("overhead_percent", overhead_percent, "the overhead cannot be negative")
    wanted = math.ceil(kbps * (100 + overhead) / 100_000)
    mbps = min(max(wanted, RATE_MIN_MBPS), RATE_MAX_MBPS)
    if mbps == wanted:
        return ShelfRate(mbps)
    return ShelfRate(mbps, f"{wanted} Mbit/s is outside {RATE_MIN_MBPS}-{RATE_MAX_MBPS}, the shelf is given {mbps}")


def shelf_rate_mbps(kbps: int, overhead_percent: int | float | Decimal) -> int:
    """:func:`shelf_rate` without the note.

    :raises RuleViolation: see :func:`shelf_rate`
    """
    return shelf_rate(kbps, overhead_percent).mbps


def lowest_free_id(used: Iterable[int], highest: int, *, first: int = 1) -> int:
    """The lowest id from ``first`` to ``highest`` that is not used.

    :raises RuleViolation: when all are used
    """
    taken = set(used)
    for candidate in range(first, highest + 1):
        if candidate not in taken:
            return candidate
    raise RuleViolation("id", highest, f"all ids {first}-{highest} are used")


def allocate_id(config: ShelfConfig, item: ProfileConfig | EndpointConfig | SubscriberConfig) -> int:
    """The id a new object gets: its own hint when that is free, else the lowest free one. Profile 1 is never given out.

    :raises RuleViolation: when the shelf is full
    """
    match item:
        case ProfileConfig():
            used, highest, first = {p.id for p in config.profiles}, MAX_PROFILES, BUILTIN_PROFILE_ID + 1
        case EndpointConfig():
            used, highest, first = {e.id for e in config.endpoints}, MAX_ENDPOINTS, 1
        case SubscriberConfig():
            used, highest, first = {s.id for s in config.subscribers}, MAX_SUBSCRIBERS, 1
    if first <= item.id <= highest and item.id not in used:
        return item.id
    return lowest_free_id(used, highest, first=first)


# -------------------------------------------------------------------------------------------------------- whole objects


class _Findings:
    """Collects violations of one object; a check that raises becomes one violation."""

    def __init__(self, subject: str) -> None:
        self.subject = subject
        self.found: list[Violation] = []

    def run[T](self, check: Callable[[str, T], object], field: str, value: T) -> None:
        try:
            check(field, value)
        except RuleViolation as problem:
            self.add(problem.field, problem.value, problem.rule)

    def add(self, field: str, value: object, rule: str) -> None:
        self.found.append(Violation(self.subject, field, str(value), rule))


def check_profile(profile: ProfileConfig) -> tuple[Violation, ...]:
    """Rules a bandwidth profile breaks by itself."""
    findings = _Findings(profile.name)
    findings.run(valid_name, "name", profile.name)
    findings.run(valid_description, "description", profile.description)
    findings.run(valid_rate, "downstream_mbps", profile.downstream_mbps)
    findings.run(valid_rate, "upstream_mbps", profile.upstream_mbps)
    if profile.id:
        findings.run(lambda field, value: valid_id(field, value, MAX_PROFILES), "id", profile.id)
    return tuple(findings.found)


def check_endpoint(endpoint: EndpointConfig) -> tuple[Violation, ...]:
    """Rules an endpoint breaks by itself."""
    findings = _Findings(endpoint.name)
    findings.run(valid_name, "name", endpoint.name)
    findings.run(valid_description, "description", endpoint.description)
    findings.run(lambda _field, value: canonical_mac(value), "mac", endpoint.mac)
    if endpoint.port is not None and endpoint.port < 1:
        findings.add("port", endpoint.port, "ports are numbered from 1")
    if endpoint.id:
        findings.run(lambda field, value: valid_id(field, value, MAX_ENDPOINTS), "id", endpoint.id)
    return tuple(findings.found)


def check_subscriber(subscriber: SubscriberConfig) -> tuple[Violation, ...]:
    """Rules a subscriber breaks by itself. 13 and 14 allowed VLANs are refused for writing; see :func:`warn_subscriber`."""
    findings = _Findings(subscriber.name)
    findings.run(valid_name, "name", subscriber.name)
    findings.run(valid_description, "description", subscriber.description)
    findings.run(valid_subscriber_vlan, "vlan", subscriber.vlan)
    for field, value in (("remapped_vlan", subscriber.remapped_vlan), ("port2_vlan", subscriber.port2_vlan)):
        if value is not None:
            findings.run(valid_service_vlan, field, value)
    if subscriber.port2_vlan is not None and subscriber.port2_vlan == subscriber.vlan:
        findings.add("port2_vlan", subscriber.port2_vlan, "the second port's VLAN must differ from the subscriber's VLAN")
    _check_allowed(findings, subscriber)
    _check_double_tag(findings, subscriber)
    if subscriber.endpoint is not None and subscriber.port is not None:
        findings.add("port", subscriber.port, "a subscriber is bound to an endpoint or to a port, not to both")
    if subscriber.id:
        findings.run(lambda field, value: valid_id(field, value, MAX_SUBSCRIBERS), "id", subscriber.id)
    return tuple(findings.found)


def _check_allowed(findings: _Findings, subscriber: SubscriberConfig) -> None:
    allowed = subscriber.allowed_vlans
    for vlan in allowed:
        findings.run(valid_service_vlan, "allowed_vlans", vlan)
    if len(set(allowed)) != len(allowed):
        findings.add("allowed_vlans", _vlan_text(allowed), "the same VLAN is listed twice")
    if len(allowed) > ALLOWED_VLANS_MAX:
        rule = f"at most {ALLOWED_VLANS_MAX} allowed tagged VLANs, this list has {len(allowed)}"
        findings.add("allowed_vlans", _vlan_text(allowed), rule)


def _check_double_tag(findings: _Findings, subscriber: SubscriberConfig) -> None:
    if subscriber.double_tag and subscriber.outer_vlan is None:
        findings.add("outer_vlan", "", "double tagging needs an outer VLAN")
    if subscriber.outer_vlan is not None:
        findings.run(valid_service_vlan, "outer_vlan", subscriber.outer_vlan)


def warn_subscriber(subscriber: SubscriberConfig) -> tuple[Violation, ...]:
    """What a person should know about a subscriber although a shelf accepts it."""
    findings = _Findings(subscriber.name)
    if ALLOWED_VLANS_MAX < len(subscriber.allowed_vlans) <= ALLOWED_VLANS_OLD_MAX:
        rule = f"older firmware takes {ALLOWED_VLANS_OLD_MAX} allowed VLANs, newer only {ALLOWED_VLANS_MAX}"
        findings.add("allowed_vlans", _vlan_text(subscriber.allowed_vlans), rule)
    if MANAGEMENT_VLAN in (subscriber.vlan, subscriber.remapped_vlan, subscriber.port2_vlan):
        findings.add("vlan", MANAGEMENT_VLAN, "4093 is the factory VLAN of in-band management")
    return tuple(findings.found)


def _vlan_text(vlans: Iterable[int]) -> str:
    return ",".join(str(vlan) for vlan in vlans)


def warn_profile(profile: ProfileConfig, model: GamModel | None = None) -> tuple[Violation, ...]:
    """What a person should know about a profile although a shelf accepts it."""
    findings = _Findings(profile.name)
    most = CERTAIN_RATE_COAX_MBPS if model is not None and model.coax else CERTAIN_RATE_COPPER_MBPS
    for field in ("downstream_mbps", "upstream_mbps"):
        rate = getattr(profile, field)
        if most < rate <= RATE_MAX_MBPS:
            findings.add(field, rate, f"by an older guide a shelf does not limit rates above {most} Mbit/s; measure this one")
    return tuple(findings.found)


def check_rates(profile: ProfileConfig, model: GamModel, firmware: str) -> tuple[Violation, ...]:
    """Rates this firmware may not limit: before 1.5 the guide's 800 (coax) or 1000 (copper), from 1.5 on the MIB's 1999.

    :param firmware: the shelf's own text; one that is not understood is not checked
    """
    software = parse_software(firmware)
    if software is None or not software[1] < WIDE_RATES:
        return ()
    findings = _Findings(profile.name)
    most = CERTAIN_RATE_COAX_MBPS if model.coax else CERTAIN_RATE_COPPER_MBPS
    for field in ("downstream_mbps", "upstream_mbps"):
        rate = getattr(profile, field)
        if rate > most:
            findings.add(field, rate, f"firmware {software[1]} of a {model.name} limits up to {most} Mbit/s and not above")
    return tuple(findings.found)


def vlans_on_uplink(subscriber: SubscriberConfig) -> tuple[tuple[str, int], ...]:
    """Field and id of the VLANs a service needs on an uplink: the outer one alone when it is double tagged.

    A subscriber that is not provisioned needs none: its VLAN ends in the shelf.
    """
    if subscriber.double_tag and subscriber.outer_vlan is not None:
        return (("outer_vlan", subscriber.outer_vlan),)
    found = [("vlan", subscriber.vlan), *(("allowed_vlans", vlan) for vlan in subscriber.allowed_vlans)]
    if subscriber.port2_vlan is not None:
        found.append(("port2_vlan", subscriber.port2_vlan))
    return tuple((field, vlan) for field, vlan in found if vlan != UNPROVISIONED_VLAN)


def check_uplinks(subscriber: SubscriberConfig, uplinks: Mapping[str, Collection[int]]) -> tuple[Violation, ...]:
    """VLANs of a service that no uplink carries; of a double tagged one with an NNI, that this uplink does not.

    :param uplinks: carried VLANs by short name, as :func:`~nornir_tasks.gam.parsers.parse_uplinks` gives them; nothing known
        is nothing broken
    """
    names = [short_uplink(subscriber.nni)] if subscriber.double_tag and subscriber.nni else list(uplinks)
    known = [name for name in names if name in uplinks]
    if not known:
        return ()
    findings = _Findings(subscriber.name)
    for field, vlan in vlans_on_uplink(subscriber):
        if not any(vlan in uplinks[name] for name in known):
            findings.add(field, vlan, f"no uplink carries this VLAN ({', '.join(sorted(known))}): allow it there first")
    return tuple(findings.found)


# ------------------------------------------------------------------------------------------------- whole configurations


def check_config(config: ShelfConfig, model: GamModel | None = None) -> tuple[Violation, ...]:
    """Every rule a shelf's configuration breaks: those of each object, and those between objects.

    :param model: bounds port numbers, endpoints per port and the uplinks an NNI may name; None leaves those unchecked
    """
    found: list[Violation] = []
    for profile in config.profiles:
        found += check_profile(profile)
    for endpoint in config.endpoints:
        found += check_endpoint(endpoint)
    for subscriber in config.subscribers:
        found += check_subscriber(subscriber)
    found += _check_unique(config)
    found += _check_references(config)
    found += _check_counts(config)
    if model is not None:
        found += _check_ports(config, model)
    return tuple(found)


def _check_unique(config: ShelfConfig) -> list[Violation]:
    found: list[Violation] = []
    kinds = (("profile", config.profiles), ("endpoint", config.endpoints), ("subscriber", config.subscribers))
    for kind, items in kinds:
        names = Counter(item.name for item in items)
        found += [Violation(n, "name", n, f"{count} {kind}s have this name") for n, count in names.items() if count > 1]
        ids = Counter(item.id for item in items if item.id)
        found += [Violation(i.name, "id", str(i.id), f"two {kind}s have this id") for i in items if i.id and ids[i.id] > 1]
    macs = Counter(endpoint.mac for endpoint in config.endpoints)
    found += [Violation(e.name, "mac", e.mac, "two endpoints have this MAC address") for e in config.endpoints if macs[e.mac] > 1]
    return found


def _check_references(config: ShelfConfig) -> list[Violation]:
    profiles = {profile.name for profile in config.profiles}
    endpoints = {endpoint.name for endpoint in config.endpoints}
    users = Counter(s.endpoint for s in config.subscribers if s.endpoint is not None)
    ports = Counter(s.port for s in config.subscribers if s.port is not None)
    found: list[Violation] = []
    for subscriber in config.subscribers:
        findings = _Findings(subscriber.name)
        if subscriber.profile is not None and subscriber.profile not in profiles:
            findings.add("profile", subscriber.profile, "the shelf has no bandwidth profile of this name")
        if subscriber.endpoint is not None and subscriber.endpoint not in endpoints:
            findings.add("endpoint", subscriber.endpoint, "the shelf has no endpoint of this name")
        if subscriber.endpoint is not None and users[subscriber.endpoint] > 1:
            findings.add("endpoint", subscriber.endpoint, "an endpoint serves one subscriber, this one is given to two")
        if subscriber.port is not None and ports[subscriber.port] > 1:
            findings.add("port", subscriber.port, "a port serves one subscriber, this one is given to two")
        _check_binding(findings, subscriber, config.subscriber_model)
        found += findings.found
    return found


def _check_binding(findings: _Findings, subscriber: SubscriberConfig, model: SubscriberModel) -> None:
    if model is SubscriberModel.ENDPOINT_AWARE and subscriber.port is not None:
        findings.add("port", subscriber.port, "this shelf binds subscribers to endpoints, not to ports")
    if model is SubscriberModel.PORT_AWARE and subscriber.endpoint is not None:
        findings.add("endpoint", subscriber.endpoint, "this shelf binds subscribers to ports, not to endpoints")


def _check_counts(config: ShelfConfig) -> list[Violation]:
    counts = (
        ("profiles", len(config.profiles), MAX_PROFILES),
        ("endpoints", len(config.endpoints), MAX_ENDPOINTS),
        ("subscribers", len(config.subscribers), MAX_SUBSCRIBERS),
    )
    over = [(kind, count, limit) for kind, count, limit in counts if count > limit]
    return [Violation("shelf", kind, str(count), f"a shelf holds at most {limit} {kind}") for kind, count, limit in over]


def _check_ports(config: ShelfConfig, model: GamModel) -> list[Violation]:
    found: list[Violation] = []
    per_port = Counter(endpoint.port for endpoint in config.endpoints if endpoint.port is not None)
    for endpoint in config.endpoints:
        if endpoint.port is None:
            continue
        if not 1 <= endpoint.port <= model.ports:
            found.append(Violation(endpoint.name, "port", str(endpoint.port), f"a {model.name} has ports 1-{model.ports}"))
        elif per_port[endpoint.port] > model.endpoints_per_port:
            rule = f"a port of a {model.name} serves {model.endpoints_per_port}, {per_port[endpoint.port]} are given to this one"
            found.append(Violation(endpoint.name, "port", str(endpoint.port), rule))
    uplinks = {short_uplink(name) for name in model.uplink_interfaces}
    for subscriber in config.subscribers:
        if subscriber.port is not None and not 1 <= subscriber.port <= model.ports:
            found.append(Violation(subscriber.name, "port", str(subscriber.port), f"a {model.name} has ports 1-{model.ports}"))
        if subscriber.nni is not None and short_uplink(subscriber.nni) not in uplinks:
            rule = f"an NNI is one of the uplinks of a {model.name}: {', '.join(sorted(uplinks))}"
            found.append(Violation(subscriber.name, "nni", subscriber.nni, rule))
    if config.subscriber_model is SubscriberModel.PORT_AWARE and model.coax:
        found.append(Violation("shelf", "subscriber_model", "portAware", "only copper shelves bind subscribers to ports"))
    return found


def short_uplink(name: str) -> str:
    """The short form of an uplink's name, as the API uses it: ``10G 1/1`` for ``10GigabitEthernet 1/1``."""
    return name.replace("10GigabitEthernet", "10G").strip()

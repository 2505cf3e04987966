"""Text of a GAM's command line -> dataclasses. Pure.

Configuration lines are read by keyword, never by position: real shelves print the keywords in another order than the vendor's
CLI guide writes them. Whatever is not a configuration (a web page, noise, a text cut in half) raises; it is never taken for an
empty configuration, because an empty one would mean "nobody is connected here".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..contracts import (
    AlarmReading,
    AlarmSeverity,
    EndpointConfig,
    Medium,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
)
from ..errors import DeviceError, ErrorKind, RuleViolation
from . import rules

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|[@-Z\\-_]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_PAGER = re.compile(r"[ \t]*-- more --(?:, next page: Space, continue: g, quit: \^C)?[ \t]*", re.IGNORECASE)
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+)')
_TOP_LEVEL_WORDS = frozenset({
    "aaa", "access", "access-list", "aggregation", "alarm", "banner", "clock", "controller", "ddmi", "default", "dot1x",
    "enable", "end", "erps", "evc", "exec-timeout", "firmware", "ghn", "green-ethernet", "gvrp", "hostname", "interface",
    "ip", "ipmc", "ipv6", "json", "lacp", "line", "link-oam", "lldp", "logging", "loop-protect", "mac", "monitor", "mvr",
    "mvrp", "no", "ntp", "password", "poe", "port-security", "privilege", "prompt", "ptp", "qos", "radius-server", "rmon",
    "sflow", "snmp-server", "spanning-tree", "switchport", "system", "tacacs-server", "thermal-protect", "udld", "upnp",
    "username", "vlan", "voice", "web",
})  # fmt: skip


def clean_output(text: str) -> str:
    """Text of a terminal session as a person would see it: no ANSI codes, pager remains, backspaces or carriage returns."""
    text = _ANSI.sub("", text)
    while "\b" in text:
        shorter = re.sub(r"[^\x08\n]\x08", "", text)
        text = shorter if shorter != text else text.replace("\b", "")
    text = text.replace("\r\n", "\n").replace("\n\r", "\n")
    text = _PAGER.sub("", text)
    lines = [line.rsplit("\r", 1)[-1] if not line.endswith("\r") else line.rstrip("\r") for line in text.split("\n")]
    return "\n".join(lines).replace("\x00", "")


def refusal(text: str) -> str:
    """The shelf's own words when an answer is a refusal, else an empty string.

    Lines that begin with ``%`` are messages (CLI guide); a few of them only inform.
    """
    informs = ("% saving", "% rebooting", "% starting", "% info", "% note")
    for line in clean_output(text).splitlines():
        words = line.strip()
        if words.startswith("%") and not words.lower().startswith(informs):
            return words.lstrip("% ").strip() or "refused without a reason"
    return ""


# -------------------------------------------------------------------------------------------------------- configuration


@dataclass(slots=True)
class _Draft:
    """The keywords seen so far of every object, by id."""

    profiles: dict[int, dict[str, str]] = field(default_factory=dict)
    endpoints: dict[int, dict[str, str]] = field(default_factory=dict)
    subscribers: dict[int, dict[str, str]] = field(default_factory=dict)
    unknown: dict[tuple[str, int], list[str]] = field(default_factory=dict)


_PROFILE_WORDS = {"name", "description", "rate-downstream", "rate-upstream", "service-limit-level"}
_UNMODELLED = {"service-limit-level"}
_ENDPOINT_WORDS = {"name", "description", "mac-address", "port"}
_ENDPOINT_FLAGS = {"allow-management-access"}
_SUBSCRIBER_WORDS = {
    *("name", "description", "endpoint", "vid", "remapped-vid", "bw-profile", "allowed-vlan", "port2-vid", "poe", "port")
}
_SUBSCRIBER_FLAGS = {"tagged", "untagged"}


def parse_config(text: str) -> ShelfConfig:
    """A running or startup configuration as the shelf prints it.

    Lines about other things are skipped, unknown keywords of G.hn lines too. The built-in profile 1 is always part of the result,
    printed or not. An object printed without a name is called ``profile-3``, ``endpoint-5``, ``subscriber-4``.

    :raises DeviceError: UNPARSEABLE, naming what was seen, when the text is not a whole configuration
    """
    lines = _config_lines(text)
    draft = _Draft()
    for number, line in lines:
        words = line.split(None, 2)
        if words[0] == "ghn":
            _take_line(draft, _tokens(line, number), number)
        elif words[:2] == ["no", "ghn"]:
            _take_removal(draft, _tokens(line, number))
    return _assemble(draft, text)


def _config_lines(text: str) -> list[tuple[int, str]]:
    """Numbered significant lines, after making sure that the text begins and ends as a configuration does."""
    cleaned = clean_output(text)
    lines = [(number, line.strip()) for number, line in enumerate(cleaned.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line]
    if lines and lines[0][1].lower().startswith("building configuration"):
        lines = lines[1:]
    if not lines:
        raise _not_config("it is empty")
    first = lines[0][1]
    if not first.startswith("!") and first.split()[0] not in _TOP_LEVEL_WORDS:
        raise _not_config(f"it begins with {first[:60]!r}")
    if lines[-1][1] != "end":
        raise _not_config(f"it is cut off: the last line is {lines[-1][1][:60]!r} instead of 'end'")
    significant = [(number, line) for number, line in lines if not line.startswith("!")]
    if not any(line.split()[0] in _TOP_LEVEL_WORDS - {"end"} for _, line in significant):
        raise _not_config("no line of it is a configuration line")
    return significant


def _not_config(seen: str) -> DeviceError:
    return DeviceError(ErrorKind.UNPARSEABLE, f"the text is not a shelf's configuration: {seen}")


def _tokens(line: str, number: int) -> list[str]:
    """Words of a line; quoted text is one word without its quotes."""
    if line.count('"') % 2:
        raise _not_config(f"line {number} has an open quote: {line[:80]!r}")
    return [match["quoted"] if match["bare"] is None else match["bare"] for match in _TOKEN.finditer(line)]


def _take_line(draft: _Draft, tokens: list[str], number: int) -> None:
    kinds: dict[str, tuple[dict[int, dict[str, str]], set[str], set[str]]] = {
        "bw-profile": (draft.profiles, _PROFILE_WORDS, set()),
        "endpoint": (draft.endpoints, _ENDPOINT_WORDS, _ENDPOINT_FLAGS),
        "subscriber": (draft.subscribers, _SUBSCRIBER_WORDS, _SUBSCRIBER_FLAGS),
    }
    if len(tokens) < 2 or tokens[1] not in kinds:
        return
    objects, words, flags = kinds[tokens[1]]
    unknown: list[str] = []
    if len(tokens) < 3 or not tokens[2].isdigit():
        raise _not_config(f"line {number} names no {tokens[1]} id: {' '.join(tokens)[:80]!r}")
    seen = objects.setdefault(int(tokens[2]), {})
    position = 3
    while position < len(tokens):
        word = tokens[position]
        if word in flags:
            seen["tagged" if word == "untagged" else word] = "no" if word == "untagged" else "yes"
        elif word in words:
            position += 1
            if position >= len(tokens):
                raise _not_config(f"line {number} ends after {word!r}")
            seen[word] = tokens[position]
        else:
            unknown.append(word)
        if word in _UNMODELLED:
            unknown.append(word)
        position += 1
    if unknown:
        draft.unknown.setdefault((tokens[1], int(tokens[2])), []).extend(unknown)


@dataclass(slots=True)
class _Switchport:
    """What a configuration says of one uplink; where it names no mode or no list, everything may pass."""

    mode: str = ""
    access: str = "1"
    allowed: dict[str, str] = field(default_factory=dict)
    down: bool = False

    def carries(self) -> frozenset[int]:
        if self.down:
            return frozenset()
        if self.mode == "access":
            return frozenset(parse_vlan_list(self.access))
        text = self.allowed.get(self.mode, "all")
        return frozenset(range(1, 4096)) if text == "all" else frozenset() if text == "none" else frozenset(parse_vlan_list(text))


_UPLINK = re.compile(r"interface\s+10GigabitEthernet\s+(\d+/\d+)$", re.IGNORECASE)


def parse_uplinks(text: str) -> dict[str, frozenset[int]]:
    """The VLANs each 10G uplink lets through, by its short name (``10G 1/1``); an uplink that is shut down carries none.

    Only uplinks with a block of their own are in it, and none whose lines are not understood: a caller must not take what is
    missing for "carries nothing".
    """
    found: dict[str, _Switchport] = {}
    lost: set[str] = set()
    current = ""
    for line in clean_output(text).splitlines():
        words = line.split()
        if not words or words[0] == "!":
            continue
        if not line[0].isspace():
            block = _UPLINK.match(line.strip())
            current = f"10G {block.group(1)}" if block else ""
            if current:
                found.setdefault(current, _Switchport())
        elif current:
            try:
                _take_switchport(found[current], [word.lower() for word in words])
            except (DeviceError, RuleViolation, ValueError):
                lost.add(current)
    return {name: port.carries() for name, port in found.items() if name not in lost}


def _take_switchport(port: _Switchport, words: list[str]) -> None:
    match words:
        case ["shutdown"]:
            port.down = True
        case ["switchport", "mode", mode]:
            port.mode = mode
        case ["switchport", "access", "vlan", number]:
            port.access = str(int(number))
        case ["switchport", mode, "allowed", "vlan", vlans]:
            port.allowed[mode] = vlans
            if vlans not in ("all", "none"):
                parse_vlan_list(vlans)
        case ["switchport", _, "allowed", "vlan", *_]:
            raise ValueError("a form of the list nobody has seen")
        case _:
            pass


def unknown_words(text: str) -> dict[tuple[str, int], tuple[str, ...]]:
    """Words of a configuration's G.hn lines that no contract holds, by what (``subscriber`` …) and id.

    What has such words cannot be removed and put back from a :class:`ShelfConfig` alone.

    :raises DeviceError: see :func:`parse_config`
    """
    draft = _Draft()
    for number, line in _config_lines(text):
        if line.split(None, 1)[0] == "ghn":
            _take_line(draft, _tokens(line, number), number)
    return {key: tuple(words) for key, words in draft.unknown.items()}


def _take_removal(draft: _Draft, tokens: list[str]) -> None:
    kinds = {"bw-profile": draft.profiles, "endpoint": draft.endpoints, "subscriber": draft.subscribers}
    if len(tokens) < 4 or tokens[2] not in kinds or not tokens[3].isdigit():
        return
    objects, number = kinds[tokens[2]], int(tokens[3])
    if len(tokens) == 4:
        objects.pop(number, None)
    else:
        for word in tokens[4:]:
            objects.get(number, {}).pop(word, None)


def _assemble(draft: _Draft, raw: str) -> ShelfConfig:
    builtin = rules.BUILTIN_PROFILE
    defaults = {"name": builtin.name, "rate-downstream": str(builtin.downstream_mbps), "rate-upstream": str(builtin.upstream_mbps)}
    draft.profiles[builtin.id] = {**defaults, **draft.profiles.get(builtin.id, {})}
    profiles = {number: _profile(number, seen) for number, seen in draft.profiles.items()}
    endpoints = {number: _endpoint(number, seen) for number, seen in draft.endpoints.items()}
    profile_names = {number: profile.name for number, profile in profiles.items()}
    endpoint_names = {number: endpoint.name for number, endpoint in endpoints.items()}
    subscribers = [_subscriber(number, seen, endpoint_names, profile_names) for number, seen in draft.subscribers.items()]
    return ShelfConfig(
        profiles=tuple(sorted(profiles.values(), key=lambda item: item.name)),
        endpoints=tuple(sorted(endpoints.values(), key=lambda item: item.name)),
        subscribers=tuple(sorted(subscribers, key=lambda item: item.name)),
        raw=raw,
    )


def _profile(number: int, seen: Mapping[str, str]) -> ProfileConfig:
    where = f"bw-profile {number}"
    return ProfileConfig(
        name=seen.get("name") or f"profile-{number}",
        downstream_mbps=_number(seen.get("rate-downstream", "0"), where, "rate-downstream"),
        upstream_mbps=_number(seen.get("rate-upstream", "0"), where, "rate-upstream"),
        description=seen.get("description", ""),
        id=number,
    )


def _endpoint(number: int, seen: Mapping[str, str]) -> EndpointConfig:
    where = f"endpoint {number}"
    port = seen.get("port", "unassigned")
    try:
        mac = rules.canonical_mac(seen.get("mac-address", ""))
    except RuleViolation as problem:
        raise _not_config(f"{where}: mac-address {problem.value!r}") from problem
    return EndpointConfig(
        name=seen.get("name") or f"endpoint-{number}",
        mac=mac,
        port=None if port in ("unassigned", "auto", "0") else _number(port, where, "port"),
        auto_port=port == "auto",
        description=seen.get("description", ""),
        allow_management="allow-management-access" in seen,
        id=number,
    )


def _subscriber(
    number: int, seen: Mapping[str, str], endpoints: Mapping[int, str], profiles: Mapping[int, str]
) -> SubscriberConfig:
    where = f"subscriber {number}"
    poe = seen.get("poe")
    if poe is not None and poe not in PoeMode:
        raise _not_config(f"{where}: poe {poe!r}")
    return SubscriberConfig(
        name=seen.get("name") or f"subscriber-{number}",
        vlan=_number(seen.get("vid", str(rules.UNPROVISIONED_VLAN)), where, "vid"),
        endpoint=_reference(seen, "endpoint", where, endpoints),
        port=_optional(seen, "port", where),
        profile=_reference(seen, "bw-profile", where, profiles),
        description=seen.get("description", ""),
        tagged=seen.get("tagged") == "yes",
        remapped_vlan=_optional(seen, "remapped-vid", where),
        port2_vlan=_optional(seen, "port2-vid", where),
        allowed_vlans=parse_vlan_list(seen.get("allowed-vlan", "none")),
        poe=PoeMode(poe) if poe else None,
        id=number,
    )


def _number(text: str, where: str, word: str) -> int:
    if not text.isdigit():
        raise _not_config(f"{where}: {word} {text!r} is not a number")
    return int(text)


def _optional(seen: Mapping[str, str], word: str, where: str) -> int | None:
    text = seen.get(word, "none")
    return None if text in ("none", "0", "unassigned") else _number(text, where, word)


def _reference(seen: Mapping[str, str], word: str, where: str, names: Mapping[int, str]) -> str | None:
    """The name an id refers to; a reference to nothing means that part of the text is missing."""
    text = seen.get(word, "none")
    if text in ("none", "unthrottled", "0"):
        return None
    number = _number(text, where, word)
    if number not in names:
        raise _not_config(f"{where} refers to {word} {number}, which the text does not contain")
    return names[number]


def parse_vlan_list(text: str) -> tuple[int, ...]:
    """``301,302,310-312`` as sorted ids; ``none`` or nothing is an empty tuple.

    :raises DeviceError: UNPARSEABLE for anything else
    """
    if text.strip().lower() in ("", "none"):
        return ()
    vlans: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})(?:-(\d{1,4}))?\s*", part)
        if match is None:
            raise DeviceError(ErrorKind.UNPARSEABLE, f"VLAN list {text!r}: {part!r} is neither a number nor a range")
        vlans.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(vlans))


# -------------------------------------------------------------------------------------------------------- show commands


@dataclass(frozen=True, slots=True)
class ShowVersion:
    """Answer of ``show version``. ``board`` is the switch board, not the shelf's model; ``product`` names the family."""

    software: str
    mac: str = ""
    sys_name: str = ""
    contact: str = ""
    location: str = ""
    uptime_seconds: int | None = None
    board: str = ""
    product: str = ""
    ports: int | None = None
    code_revision: str = ""


@dataclass(frozen=True, slots=True)
class DiscoveredLink:
    """One row of ``show ghn discover all``."""

    port: int
    mac: str
    configured: bool
    up: bool


@dataclass(frozen=True, slots=True)
class PortShow:
    """Answer of ``show ghn port <n> configuration``."""

    enabled: bool
    name: str = ""
    mac: str = ""
    medium: Medium | None = None


@dataclass(frozen=True, slots=True)
class EndpointStatusShow:
    """Answer of ``show ghn endpoint <n> status detail``; rates are None while the endpoint is not there."""

    mac: str
    port: int | None = None
    model: str = ""
    serial: str = ""
    firmware: str = ""
    downstream_mbps: int | None = None
    upstream_mbps: int | None = None
    downstream_max_mbps: int | None = None
    upstream_max_mbps: int | None = None
    wire_length_m: int | None = None
    uptime_seconds: int | None = None


_UPTIME_CLOCK = re.compile(r"\s*(?:(?P<d>\d+)d\s+)?(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{1,2})(?!\d)")
_UPTIME_WORDS = re.compile(r"\s*(?:(?P<d>\d+)\s+days?,?\s*)?(?:(?P<h>\d+)h)?\s*(?:(?P<m>\d+)m)?\s*(?:(?P<s>\d+)s)?")


def parse_uptime(text: str) -> int | None:
    """Seconds of ``3d 13:32:27``, ``13:32:27``, ``53 days, 14h 28m 19s``; None when it is neither.

    Shelves cut the first form after ten characters and leave stale bytes behind (``53d 14:24:1``): seconds of one digit are
    therefore not believed and count as 0.
    """
    match = _UPTIME_CLOCK.match(text)
    if match is not None:
        seconds = int(match["s"]) if len(match["s"]) == 2 else 0
        return int(match["d"] or 0) * 86400 + int(match["h"]) * 3600 + int(match["m"]) * 60 + seconds
    match = _UPTIME_WORDS.match(text)
    if match is None or not any(match.groups()):
        return None
    return int(match["d"] or 0) * 86400 + int(match["h"] or 0) * 3600 + int(match["m"] or 0) * 60 + int(match["s"] or 0)


def _pairs(text: str, command: str) -> dict[str, str]:
    """``Key : value`` lines, keys in lower case, first one wins."""
    found: dict[str, str] = {}
    for line in clean_output(text).splitlines():
        key, colon, value = line.partition(":")
        if colon and key.strip():
            found.setdefault(" ".join(key.split()).lower(), value.strip())
    if not found:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to {command!r} has no 'key: value' line: {text[:80]!r}")
    return found


def _required(pairs: Mapping[str, str], key: str, command: str) -> str:
    if key not in pairs:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to {command!r} has no {key!r}, only {sorted(pairs)[:8]}")
    return pairs[key]


def _mac_or_empty(text: str) -> str:
    try:
        return rules.canonical_mac(text)
    except RuleViolation:
        return ""


def _first_number(text: str) -> int | None:
    match = re.search(r"\d+", text)
    return int(match[0]) if match else None


def parse_show_version(text: str) -> ShowVersion:
    """Answer of ``show version``.

    :raises DeviceError: UNPARSEABLE when there is no software version in it
    """
    pairs = _pairs(text, "show version")
    software = pairs.get("software version") or pairs.get("version")
    if not software:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to 'show version' names no software version: {text[:80]!r}")
    return ShowVersion(
        software=software,
        mac=_mac_or_empty(pairs.get("mac address", "")),
        sys_name=pairs.get("system name", ""),
        contact=pairs.get("system contact", ""),
        location=pairs.get("system location", ""),
        uptime_seconds=parse_uptime(pairs.get("system uptime", "")),
        board=pairs.get("board type", ""),
        product=pairs.get("product", ""),
        ports=_first_number(pairs.get("port count", "")),
        code_revision=pairs.get("code revision", ""),
    )


def parse_discover(text: str) -> tuple[DiscoveredLink, ...]:
    """Answer of ``show ghn discover all``: every endpoint on a wire, configured or not.

    :raises DeviceError: UNPARSEABLE when the heading is missing or a row does not fit it
    """
    rows = [line.strip() for line in clean_output(text).splitlines() if line.strip()]
    heading = next((index for index, line in enumerate(rows) if "macaddress" in line.lower().replace(" ", "")), None)
    if heading is None:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to 'show ghn discover all' has no heading: {text[:80]!r}")
    found: list[DiscoveredLink] = []
    for line in rows[heading + 1 :]:
        if set(line) <= {"-", " "}:
            continue
        match = re.fullmatch(r"(\d+)\s+([0-9A-Fa-f:.-]+)\s+(yes|no)\s+(yes|no)", line, re.IGNORECASE)
        if match is None:
            raise DeviceError(ErrorKind.UNPARSEABLE, f"row {line[:80]!r} of 'show ghn discover all' does not fit its heading")
        configured, up = (match[column].lower() == "yes" for column in (3, 4))
        found.append(DiscoveredLink(int(match[1]), _canonical(match[2], line), configured, up))
    return tuple(found)


def _canonical(mac: str, line: str) -> str:
    try:
        return rules.canonical_mac(mac)
    except RuleViolation as problem:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"{mac!r} in {line[:80]!r} is no MAC address") from problem


def parse_endpoint_configuration(text: str) -> EndpointConfig:
    """Answer of ``show ghn endpoint <n> configuration``; the id is not part of it and stays 0.

    :raises DeviceError: UNPARSEABLE when name or MAC address are missing
    """
    command = "show ghn endpoint configuration"
    pairs = _pairs(text, command)
    port = pairs.get("gam port id", "")
    return EndpointConfig(
        name=_required(pairs, "name", command),
        mac=_canonical(_required(pairs, "mac", command), text),
        port=int(port) if port.isdigit() and int(port) else None,
        auto_port=port.lower().startswith("auto"),
        description=pairs.get("description", ""),
        allow_management=pairs.get("management access", "").lower() == "yes",
    )


def parse_endpoint_status(text: str) -> EndpointStatusShow:
    """Answer of ``show ghn endpoint <n> status detail``.

    :raises DeviceError: UNPARSEABLE when there is no MAC address in it
    """
    command = "show ghn endpoint status detail"
    pairs = _pairs(text, command)
    found_on = re.search(r"on G\.hn port (\d+)", text)
    number: Callable[[str], int | None] = lambda key: _first_number(pairs.get(key, ""))  # noqa: E731
    return EndpointStatusShow(
        mac=_canonical(_required(pairs, "endpoint mac", command), text),
        port=int(found_on[1]) if found_on else None,
        model=pairs.get("model", ""),
        serial=pairs.get("serial no", ""),
        firmware=pairs.get("fw version", ""),
        downstream_mbps=number("downstream current allocated bandwidth"),
        upstream_mbps=number("upstream current allocated bandwidth"),
        downstream_max_mbps=number("downstream max allocatable bandwidth"),
        upstream_max_mbps=number("upstream max allocatable bandwidth"),
        wire_length_m=number("estimated wire length"),
        uptime_seconds=parse_uptime(pairs.get("uptime", "")),
    )


def parse_subscriber_show(text: str, endpoints: Mapping[int, str], profiles: Mapping[int, str]) -> SubscriberConfig:
    """Answer of ``show ghn subscriber <n>``; ``endpoints`` and ``profiles`` give the names of the ids in it.

    :raises DeviceError: UNPARSEABLE when name or VLAN are missing, or an id is unknown
    """
    command = "show ghn subscriber"
    pairs = _pairs(text, command)
    vlan, _, tagging = _required(pairs, "vlan", command).partition(" ")
    seen = {"endpoint": pairs.get("endpoint id", "none").lower(), "bw-profile": pairs.get("bw profile id", "none").lower()}
    name = _required(pairs, "name", command)
    return SubscriberConfig(
        name=name,
        vlan=_number(vlan, f"subscriber {name}", "Vlan"),
        endpoint=_reference(seen, "endpoint", f"subscriber {name}", endpoints),
        profile=_reference(seen, "bw-profile", f"subscriber {name}", profiles),
        description=pairs.get("description", ""),
        tagged=tagging.strip().lower() == "tagged",
        allowed_vlans=parse_vlan_list(pairs.get("allowed vlan", "")),
    )


def parse_profile_show(text: str) -> ProfileConfig:
    """Answer of ``show ghn bw-profile <n>``.

    :raises DeviceError: UNPARSEABLE when the name or a rate is missing
    """
    command = "show ghn bw-profile"
    pairs = _pairs(text, command)
    rates = [_first_number(_required(pairs, key, command)) for key in ("ds", "us")]
    if rates[0] is None or rates[1] is None:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to {command!r} has no rate in Mbps: {text[:80]!r}")
    return ProfileConfig(_required(pairs, "name", command), rates[0], rates[1], pairs.get("description", ""))


def parse_port_configuration(text: str) -> PortShow:
    """Answer of ``show ghn port <n> configuration``.

    :raises DeviceError: UNPARSEABLE when it does not say whether the port is enabled
    """
    command = "show ghn port configuration"
    pairs = _pairs(text, command)
    mode = pairs.get("mode", "").lower()
    return PortShow(
        enabled=_required(pairs, "enable", command).lower() == "yes",
        name=pairs.get("name", ""),
        mac=_mac_or_empty(pairs.get("mac", "")),
        medium=Medium(mode) if mode in Medium else None,
    )


def parse_port_status(text: str) -> tuple[str, ...]:
    """MAC addresses of the endpoints linked to a port, from ``show ghn port <n> status``.

    :raises DeviceError: UNPARSEABLE when the number of links is missing
    """
    _required(_pairs(text, "show ghn port status"), "active links", "show ghn port status")
    _, _, rest = text.partition("Discovered Endpoint MAC")
    return tuple(rules.canonical_mac(mac) for mac in re.findall(r"(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}", rest))


def parse_alarms(text: str) -> tuple[AlarmReading, ...]:
    """Answer of ``show alarm active``. The command line prints no UUID, so ``uuid`` is empty.

    :raises DeviceError: UNPARSEABLE when the heading is missing or a row does not fit the columns
    """
    rows = [line for line in clean_output(text).splitlines() if line.strip()]
    ruler = next((index for index, line in enumerate(rows) if re.fullmatch(r"\s*-+(?:\s+-+)+\s*", line)), None)
    if ruler is None:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to 'show alarm active' has no heading: {text[:80]!r}")
    return tuple(_alarm(line) for line in rows[ruler + 1 :])


def _alarm(line: str) -> AlarmReading:
    match = re.fullmatch(r"\s*(NR|NA|MN|MJ|CR)\s+(YES|NO)\s+(\S.*?)\s{2,}(\S+)\s+(\d{4}-\S+)\s*(.*?)\s*", line)
    if match is None:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"row {line[:80]!r} of 'show alarm active' does not fit its heading")
    return AlarmReading(
        uuid="",
        entity=match[3],
        condition=match[4].lower(),
        severity=AlarmSeverity(match[1].lower()),
        service_affecting=match[2] == "YES",
        occurred=match[5],
        description=match[6],
    )


def parse_clock(text: str) -> datetime:
    """Answer of ``show clock``, with the shelf's offset.

    :raises DeviceError: UNPARSEABLE when it is no date and time
    """
    match = re.search(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:[+-]\d{2}:\d{2}|Z)?", text)
    try:
        return datetime.fromisoformat(match[0] if match else "")
    except ValueError as problem:
        raise DeviceError(ErrorKind.UNPARSEABLE, f"the answer to 'show clock' is no date and time: {text[:80]!r}") from problem

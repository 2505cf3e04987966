"""JSON-RPC structs of a GAM to readings. Pure; whatever the structs hold, nothing is raised: a bad value is a named problem.

Field names are the vendor's API overview's and MIB's. Numbers may come as text, enumerations by word or by the MIB's number. Where
only third parties have seen an answer (statistics, signal measurement) the likely names are tried; what is not there is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..contracts import (
    AlarmReading,
    AlarmSeverity,
    ConfigFile,
    EndpointReading,
    EndpointState,
    EthernetReading,
    FirmwareImage,
    IsolationMode,
    Medium,
    PortReading,
    ReadProblem,
    SfpReading,
    SubscriberModel,
    SystemFacts,
)
from . import alarms
from .catalog import ENDPOINT_MODELS, MAX_ENDPOINTS
from .oids import IFINDEX_GHN, IFINDEX_PORT_LAST, IMAGE_SLOTS
from .snmp_decode import (
    ENDPOINT_STATES,
    ISOLATION_MODES,
    LINK_SPEEDS,
    MAX_MBPS,
    MAX_PERCENT,
    MAX_WIRE_M,
    MEDIA,
    split_label,
)
from .snmp_values import Row, decode_mac, decode_shelf_uptime

type Struct = Mapping[str, Any]

_SPEEDS = {
    "undefined": None,
    "speed10m": 10,
    "speed100m": 100,
    "speed1g": 1000,
    "speed2g5": 2500,
    "speed5g": 5000,
    "speed10g": 10_000,
}
_LONG_NAMES = (("10G ", "10GigabitEthernet "), ("Gi ", "GigabitEthernet "))
_MODEL_WORDS = {
    re.sub(r"\W", "", name.replace("+", "plus")).lower(): name for name in ENDPOINT_MODELS.values() if name != "unknown"
}
_SNR_FIELDS = re.compile(
    r"^(?:(?P<way>rx|tx|ds|us|down(?:stream)?|up(?:stream)?)_?)?(?:max|avg|average|mean)?_?snr(?:_?db)?$", re.IGNORECASE
)
MAX_SNR_DB = 120


@dataclass
class Fields:
    """A struct with reads that note what makes no sense; ``where`` names method and key."""

    where: str
    values: Struct
    problems: list[ReadProblem] = field(default_factory=list)

    def note(self, name: str, value: object, expected: str) -> None:
        """Write down what is wrong with a value."""
        self.problems.append(ReadProblem(f"{self.where}.{name}", f"{str(value)[:60]!r} is not {expected}"))

    def first(self, *names: str) -> tuple[str, Any]:
        """The first of some names that has a value."""
        return next(((name, self.values[name]) for name in names if self.values.get(name) is not None), (names[0], None))

    def number(self, *names: str, low: int = 0, high: int = 2**64 - 1) -> int | None:
        """A whole number, also as text."""
        name, value = self.first(*names)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,20}", str(value)) or not low <= int(str(value)) <= high:
            self.note(name, value, f"a number from {low} to {high}")
            return None
        return int(str(value))

    def flag(self, *names: str) -> bool | None:
        """True or false, also by the MIB's numbers or as text."""
        name, value = self.first(*names)
        if value is None:
            return None
        found = {"true": True, "1": True, "false": False, "2": False, "0": False}.get(str(value).lower())
        if found is None:
            self.note(name, value, "true or false")
        return found

    def text(self, *names: str) -> str:
        """Printable text; empty when there is none."""
        name, value = self.first(*names)
        if value is None:
            return ""
        text = str(value).split("\0", 1)[0].strip()
        if isinstance(value, (Mapping, list)) or not text.isprintable():
            self.note(name, value, "text")
            return ""
        return text

    def mac(self, *names: str) -> str:
        """A MAC address; empty when there is none or it is all zeros."""
        text = self.text(*names)
        mac = decode_mac(text.encode()) if text else ""
        if mac is None:
            self.note(names[0], text, "a MAC address")
        return mac or ""

    def word[T](self, meanings: Mapping[str, T], *names: str) -> T | None:
        """An enumeration by word or number."""
        name, value = self.first(*names)
        if value is None or value == "":
            return None
        key = str(value).lower()
        if key not in meanings:
            self.note(name, value, f"one of {', '.join(meanings)}")
            return None
        return meanings[key]

    def port(self, *names: str) -> int | None:
        """A G.hn port's number from ``G.hn 1/4`` or its ifIndex; None for none."""
        name, value = self.first(*names)
        if value in (None, "", 0, "0", "NONE"):
            return None
        found = re.fullmatch(r"(?:G\.hn \d+/)?(\d{1,10})", str(value))
        number = int(found[1]) if found else 0
        number -= IFINDEX_GHN if number > IFINDEX_GHN else 0
        if not 1 <= number <= IFINDEX_PORT_LAST - IFINDEX_GHN:
            self.note(name, value, "a G.hn port")
            return None
        return number


def _numbered[T](meanings: Mapping[int, T]) -> dict[str, T]:
    """Meanings by the MIB's number and, for enumerations, by word."""
    words = {str(meaning).lower(): meaning for meaning in meanings.values() if meaning is not None}
    return {**{str(number): meaning for number, meaning in meanings.items()}, **words}


_STATES = _numbered(ENDPOINT_STATES)
_MEDIA: dict[str, Medium | None] = {**_numbered(MEDIA), "unknown": None}
_ISOLATION: dict[str, IsolationMode] = _numbered(ISOLATION_MODES)
_SEVERITIES: dict[str, AlarmSeverity] = _numbered(alarms.SEVERITIES)
_CONDITIONS = {word: (word, text) for word, text in alarms.CONDITIONS.values()}
_CONDITIONS |= {str(number): pair for number, pair in alarms.CONDITIONS.items()}
_LINK_SPEEDS: dict[str, int | None] = {**_SPEEDS, **{str(number): speed for number, speed in LINK_SPEEDS.items()}}
_SUBSCRIBER_MODELS = {"0": SubscriberModel.ENDPOINT_AWARE, "1": SubscriberModel.PORT_AWARE}
_SUBSCRIBER_MODELS |= {model.value.lower(): model for model in SubscriberModel}


def keyed(where: str, answer: object, problems: list[ReadProblem]) -> Iterator[tuple[str, Fields]]:
    """Rows of a ``get`` with ``[]`` by key; a row that is none is noted."""
    if not isinstance(answer, Sequence) or isinstance(answer, str):
        problems.append(ReadProblem(where, f"the answer is not a list: {str(answer)[:60]!r}"))
        return
    for at, row in enumerate(answer):
        if isinstance(row, Mapping) and isinstance(row.get("val"), Mapping):
            key = str(row.get("key", at))
            yield key, Fields(f"{where}.{key}", row["val"], problems)
        else:
            problems.append(ReadProblem(f"{where}.{at}", f"not a key with a struct: {str(row)[:60]!r}"))


def decode_system(
    board: Fields,
    info: Fields,
    load: Fields,
    uptime: Fields,
    shelf: Fields,
    images: object,
    files: object,
    problems: list[ReadProblem],
) -> SystemFacts | None:
    """Identity and health; None without model and serial number. JSON-RPC has neither temperatures nor fans."""
    model, serial = board.text("BoardType"), board.text("BoardSerial")
    if not model and not serial:
        return None
    kept = list(keyed("firmware.status.image", images, problems)) if images is not None else []
    found = tuple(_image(key, row) for key, row in kept)
    active = next((image.version for image in found if image.slot == "active"), "")
    text = uptime.text("SystemUptime")
    return SystemFacts(
        model=model,
        serial=serial if serial.strip("0") else "",
        base_mac=board.mac("MacAddress"),
        hardware_version=board.text("HardwareVersion"),
        firmware=active,
        firmware_alternate=next((image.version for image in found if image.slot == "alternate"), ""),
        sys_name=info.text("Hostname"),
        location=info.text("Location"),
        contact=info.text("Contact"),
        uptime_seconds=decode_shelf_uptime(text.encode()) if text else None,
        cpu_100ms_percent=load.number("Average100msec", high=MAX_PERCENT),
        cpu_1s_percent=load.number("Average1sec", high=MAX_PERCENT),
        cpu_10s_percent=load.number("Average10sec", high=MAX_PERCENT),
        images=found,
        files=tuple(_file(row) for _, row in keyed("icfg.status.file", files, problems)) if files is not None else (),
        subscriber_model=shelf.word(_SUBSCRIBER_MODELS, "SubscriberModel"),
    )


def decode_ports(config: object, links: object, counters: object, problems: list[ReadProblem]) -> tuple[PortReading, ...]:
    """G.hn ports by number, from their configuration, link status and counters."""
    link = dict(keyed("port.status", links, problems))
    counter = dict(keyed("port.statistics", counters, problems)) if counters is not None else {}
    ports: dict[int, PortReading] = {}
    for key, row in keyed("ghnAgent.config.port", config, problems):
        number = Fields(row.where, {"key": key}, problems).port("key")
        if number is None:
            continue
        nothing = Fields(row.where, {})
        ports[number] = PortReading(
            number=number,
            if_index=IFINDEX_GHN + number,
            name=row.text("Name"),
            mac=row.mac("MacAddress"),
            medium=row.word(_MEDIA, "PortMode"),
            isolation=row.word(_ISOLATION, "Rfc5517Mode"),
            link_up=link.get(key, nothing).flag("Link"),
            **_counters(counter.get(key, nothing)),
        )
    return tuple(ports[number] for number in sorted(ports))


def decode_ethernet(links: object, counters: object, ghn_ports: int, problems: list[ReadProblem]) -> tuple[EthernetReading, ...]:
    """Uplinks and MGMT in the shelf's order; their ifIndexes follow the ``ghn_ports`` G.hn ports."""
    counter = dict(keyed("port.statistics", counters, problems)) if counters is not None else {}
    others = [(key, row) for key, row in keyed("port.status", links, problems) if not key.startswith("G.hn")]
    return tuple(
        EthernetReading(
            name=_long_name(key),
            if_index=IFINDEX_GHN + ghn_ports + place,
            link_up=row.flag("Link"),
            full_duplex=row.flag("Fdx"),
            speed_mbps=row.word(_LINK_SPEEDS, "Speed"),
            sfp=_sfp(row),
            **_counters(counter.get(key, Fields(row.where, {}))),
        )
        for place, (key, row) in enumerate(others, 1)
    )


def decode_endpoints(brief: object, detailed: object, problems: list[ReadProblem]) -> tuple[EndpointReading, ...]:
    """All endpoints by MAC, those the shelf does not know among them."""
    details = {decode_mac(key.encode()): row for key, row in keyed("endpointByMac.detailed", detailed or [], problems)}
    found: dict[str, EndpointReading] = {}
    for key, row in keyed("endpointByMac.brief", brief, problems):
        mac = row.mac("MacAddress") or decode_mac(key.encode())
        if not mac:
            row.note("MacAddress", key, "a usable MAC address; the endpoint was left out")
            continue
        found[mac] = _endpoint(mac, row, details.get(mac, Fields(row.where, {})))
    return tuple(found[mac] for mac in sorted(found))


def decode_alarms(answer: object, problems: list[ReadProblem]) -> tuple[AlarmReading, ...]:
    """Active alarms; a row without a UUID of 32 hex digits is left out and noted."""
    readings: list[AlarmReading] = []
    for _, row in keyed("alarm.status.active", answer, problems):
        uuid = row.text("UUID").replace("-", "").lower()
        if not re.fullmatch(r"[0-9a-f]{32}", uuid):
            row.note("UUID", uuid, "32 hex digits; the alarm was left out")
            continue
        condition, description = row.word(_CONDITIONS, "CondType") or ("other", "")
        readings.append(
            AlarmReading(
                uuid=uuid,
                entity=row.text("IfDescr", "IfIndex"),
                condition=condition,
                severity=row.word(_SEVERITIES, "Severity") or AlarmSeverity.NOT_REPORTED,
                service_affecting=row.flag("ServAff") or False,
                occurred=row.text("OccurTime"),
                description=description,
            )
        )
    return tuple(readings)


def decode_snr(answer: object) -> tuple[float | None, float | None]:
    """Downstream and upstream signal-to-noise ratio (dB) from a signal measurement; None where it has none.

    The answer's shape is not documented: names like ``MaxSnr``, ``RxSnr``, ``SnrDown`` are looked for at any depth, as numbers or
    text with ``dB``. One without a direction is the downstream one, as the shelf's own command shows it.
    """
    down: float | None = None
    up: float | None = None
    for name, value in _leaves(answer, 0):
        found = _SNR_FIELDS.match(name) or re.match(r"^snr_?(?P<way>rx|tx|ds|us|down\w*|up\w*)$", name, re.IGNORECASE)
        number = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*(?:dB)?\s*", str(value), re.IGNORECASE)
        if found is None or number is None or abs(float(number[1])) > MAX_SNR_DB:
            continue
        way = (found["way"] or "").lower()
        if way.startswith(("tx", "u")):
            up = float(number[1]) if up is None else up
        elif down is None:
            down = float(number[1])
    return down, up


# ---------------------------------------------------------------------------------------------------------- parts of the above


def _leaves(value: object, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > 5:
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, (Mapping, list)):
                yield from _leaves(inner, depth + 1)
            elif not isinstance(inner, bool) and inner is not None:
                yield str(name), inner
    elif isinstance(value, list):
        for inner in value[:1000]:
            yield from _leaves(inner, depth + 1)


def _endpoint(mac: str, row: Fields, detail: Fields) -> EndpointReading:
    alive = detail.flag("Alive")
    live = detail if alive is not False else Fields(detail.where, {})
    assembly, revision, serial = split_label(detail.text("SerialNumber", "Serial"))
    state = row.word(_STATES, "State")
    return EndpointReading(
        mac=mac,
        configured_id=row.number("ConfEndpointId", high=MAX_ENDPOINTS) or 0,
        name=row.text("ConfEndpointName"),
        configured_port=row.port("ConfPortIfIndex"),
        auto_port=row.flag("ConfAutoPort") or False,
        detected_port=row.port("DetectedPortIfIndex"),
        state=EndpointState.UNKNOWN if state is None else state,
        subscriber_name=row.text("ConfUserName"),
        profile_name=row.text("ConfBwProfileName"),
        model=_model(row) or detail.text("DeviceName"),
        serial=serial,
        firmware=detail.text("FwVersion"),
        firmware_mismatch=row.flag("FwMismatch") or False,
        alive=alive,
        uptime_seconds=_uptime(live),
        wire_length_m=live.number("WireLengthMeters", high=MAX_WIRE_M) or None,
        rx_phy_mbps=live.number("RxPhyRate", high=MAX_MBPS),
        tx_phy_mbps=live.number("TxPhyRate", high=MAX_MBPS),
        rx_max_mbps=live.number("RxMaxXput", high=MAX_MBPS),
        tx_max_mbps=live.number("TxMaxXput", high=MAX_MBPS),
        rx_usage_mbps=live.number("RxUsage", high=MAX_MBPS),
        tx_usage_mbps=live.number("TxUsage", high=MAX_MBPS),
        hardware=detail.text("HwProduct"),
        assembly=assembly,
        revision=revision,
    )


def _uptime(row: Fields) -> int | None:
    text = row.text("Uptime")
    return Row(row.where, "", {"Uptime": text.encode()}, row.problems).endpoint_uptime("Uptime") if text else None


def _model(row: Fields) -> str:
    text = row.text("ModelString")
    word = re.sub(r"\W", "", row.text("ModelType")).lower()
    numbered = ENDPOINT_MODELS.get(int(word), "") if word.isdecimal() and len(word) < 4 else _MODEL_WORDS.get(word, "")
    return text or (numbered if numbered != "unknown" else "")


def _image(key: str, row: Fields) -> FirmwareImage:
    slot = IMAGE_SLOTS.get(int(key), key) if key.isdecimal() and len(key) < 4 else key
    return FirmwareImage(slot, row.text("Name"), row.text("Version"), row.text("BuiltDate"), row.text("CodeRevision"))


def _file(row: Fields) -> ConfigFile:
    return ConfigFile(row.text("FileName"), row.number("Bytes"), row.text("Time", "ModifiedTime"), row.text("Attribute"))


def _long_name(key: str) -> str:
    """The CLI's name of an interface JSON-RPC calls ``10G 1/1`` or ``Gi 1/1``."""
    for short, long in _LONG_NAMES:
        if key.startswith(short):
            return long + key.removeprefix(short)
    return key


def _sfp(row: Fields) -> SfpReading | None:
    vendor, part, serial = row.text("SFPVendorName"), row.text("SFPVendorPN"), row.text("SFPVendorSN")
    return SfpReading(vendor, part, serial) if vendor or part or serial else None


def _counters(row: Fields) -> dict[str, Any]:
    return {
        "in_octets": row.number("RxOctets"),
        "out_octets": row.number("TxOctets"),
        "in_errors": row.number("RxErrors"),
        "out_errors": row.number("TxErrors"),
        "in_discards": row.number("RxDiscards", "RxDrops"),
        "out_discards": row.number("TxDiscards", "TxDrops"),
    }

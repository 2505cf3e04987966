"""One simulated shelf without any network: configuration, physical world, alarms, log, and the gate every command goes through."""

from __future__ import annotations

import dataclasses
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from development.town import TownShelf

from . import alarms as al
from .command_log import CommandKind, CommandLog, Via
from .config import (
    DEFAULT_PROFILE_ID,
    DEFAULT_PROFILE_NAME,
    NEW,
    DeviceConfig,
    Endpoint,
    GhnPort,
    Kind,
    Profile,
    Subscriber,
    SwitchPort,
    VlanInterface,
)
from .faults import Faults
from .firmware import OLD_SPIRIT, SPIRIT, Firmware
from .identity import Identity, alarm_name
from .refusals import Refused, RefusedText
from .rules import MISSING, Rules, automatic_name
from .variants import Variants
from .world import Clock, Cpe, Traffic

NOT_DETECTED, OK, WRONG_PORT, UNKNOWN_MAC = range(4)
STATE_NAMES = ("notDetected", "ok", "quarantinedWrongPort", "quarantinedUnknownMAC")
MANAGEMENT_VLAN = 100


class Rebooting(Exception):
    """The shelf goes down before it answers."""


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as the shelf reports it: configured, plugged in, or both. ``profile`` None is unthrottled."""

    mac: str
    state: int
    endpoint: Endpoint | None
    cpe: Cpe | None
    subscriber: Subscriber | None
    profile: Profile | None

    @property
    def id(self) -> int:
        """Configured id, 0 for an endpoint the shelf does not know."""
        return self.endpoint.id if self.endpoint else 0

    @property
    def detected_port(self) -> int:
        """G.hn port it is plugged into, 0 for none."""
        return (self.cpe.port or 0) if self.cpe else 0


@dataclass(frozen=True, slots=True)
class SyslogRow:
    """A row of the syslog ring. Level 3 error, 4 warning, 5 notice, 6 info."""

    id: int
    level: int
    time: float
    text: str


class SimShelf:
    """A GAM shelf. All three protocols read and write this object; nothing here knows about them.

    :param shelf: who it is, what is configured, what is plugged in
    :param username: account of the shell and of HTTP; ``password`` may be blank as from the factory
    """

    def __init__(
        self,
        shelf: TownShelf,
        *,
        username: str = "admin",
        password: str = "",
        variants: Variants | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.identity = Identity.of(shelf)
        self.name = shelf.name
        self.jsonrpc = shelf.jsonrpc
        self.snmp_v3 = shelf.snmp_v3
        self.users = {username: password}
        self.variants = variants or Variants()
        self.rules = Rules(self.identity.model, self.variants)
        self.clock = clock or Clock()
        self.faults = Faults()
        self.log = CommandLog()
        self.revision = 0
        self.boots = 1
        self.listeners: list[Callable[[], None]] = []
        self.arriving: Callable[[str], None] | None = None
        """Called with each line or request body as it arrives over SSH or HTTP, before anything is done with it."""
        self.link_down: set[str] = set()
        self.copy_status = 0
        random_ = random.Random(f"{shelf.serial}/{shelf.name}")
        now = self.clock.now()
        self.booted_at = now - random_.randrange(86_400, 90 * 86_400)
        self.down_until = 0.0
        self.cpes = {item.mac: item for item in self._cpes(shelf, random_)}
        self.startup = self._initial(shelf)
        self.running = self.startup.copy()
        self.firmware = Firmware(self)
        self._uid = 0
        self._number_uids()
        self.traffic = Traffic(self.booted_at)
        self.alarms = al.AlarmBook(shelf.serial or shelf.name)
        self.syslog: deque[SyslogRow] = deque(maxlen=self.variants.syslog_size)
        self._syslog_id = 18_106
        self._links: set[str] = set()
        self._views: tuple[int, list[EndpointView]] = (-1, [])
        self.alarms.transient(al.Wanted(0, "System", "restart", al.NA, True), self.booted_at)
        self.say(5, "SYS-BOOTING: Switch just made a cold boot.", self.booted_at)
        self.changed(at=self.booted_at)

    # ------------------------------------------------------------------------------------------------ building

    def _cpes(self, shelf: TownShelf, random_: random.Random) -> Iterable[Cpe]:
        now = self.clock.now()
        for item in shelf.endpoints:
            letters = item.model.replace("-", "")
            cpe = Cpe(
                mac=item.mac.lower(),
                serial=item.serial,
                model=item.model,
                port=item.plugged_port,
                rx_phy=item.rx_phy_mbps,
                tx_phy=item.tx_phy_mbps,
                firmware=f"{letters}-CPE-P2MP {OLD_SPIRIT if item.firmware_mismatch else SPIRIT}",
                firmware_mismatch=item.firmware_mismatch,
                booted_at=now - random_.randrange(600, 40 * 86_400),
            )
            cpe.wire_length_m = random_.randrange(20, 300) if cpe.copper else 0
            yield cpe

    def _initial(self, shelf: TownShelf) -> DeviceConfig:
        config = self.default_config()
        config.hostname, config.location = shelf.name, shelf.location
        config.vlan_interfaces[MANAGEMENT_VLAN] = VlanInterface(f"192.168.111.{10 + shelf.index % 240}", "255.255.255.0")
        for uplink in self.identity.model.uplink_interfaces:
            config.switchports[uplink].native = MANAGEMENT_VLAN
        for profile in shelf.profiles:
            config.profiles[profile.id] = Profile(profile.id, profile.name, "", profile.downstream_mbps, profile.upstream_mbps)
        known = [item for item in shelf.endpoints if item.configured]
        for ident, item in enumerate(known, 1):
            name = item.name or automatic_name(item.mac.lower())
            config.endpoints[ident] = Endpoint(ident, item.mac.lower(), name, "", item.port)
        for service in shelf.services:
            config.subscribers[service.id] = Subscriber(
                service.id,
                service.name,
                service.description,
                config.find("endpoint", service.endpoint),
                config.find("profile", service.profile) if service.profile else 0,
                service.vlan,
                service.tagged,
                poe="disable",
            )
        return config

    def default_config(self) -> DeviceConfig:
        """The factory configuration."""
        model = self.identity.model
        medium = str(model.default_medium)
        config = DeviceConfig(
            ports={number: GhnPort(number, mode=medium) for number in range(1, model.ports + 1)},
            switchports={name: SwitchPort() for name in model.uplink_interfaces},
            profiles={DEFAULT_PROFILE_ID: Profile(DEFAULT_PROFILE_ID, DEFAULT_PROFILE_NAME)},
        )
        config.switchports[model.mgmt_interface] = SwitchPort("access", 1, "1-4095", 1, isolation=1)
        config.default_nni = model.uplink_interfaces[0]
        return config

    def _number_uids(self) -> None:
        self._uid = self.boots - 1
        items: list[Profile | Subscriber] = [*self.running.profiles.values(), *self.running.subscribers.values()]
        for item in items:
            self._uid += 1
            item.uid = self._uid

    # ------------------------------------------------------------------------------------------------ the gate

    @property
    def up(self) -> bool:
        """False while booting."""
        self.firmware.settle()
        return self.clock.now() >= self.down_until

    @property
    def uptime(self) -> float:
        """Seconds since boot."""
        return max(0.0, self.clock.now() - self.booted_at)

    def note(self, via: Via, user: str, command: str, answer: str = "") -> None:
        """Record a command that only reads."""
        self.log.add(self.clock.now(), via, user, command, "read", answer)

    def execute[T](self, via: Via, user: str, command: str, action: Callable[[], T], kind: CommandKind = "write") -> T | None:
        """Run a command that writes or saves, with the faults in force, and record it with its answer.

        :returns: what ``action`` returns; None when a fault swallowed it
        :raises Refused, RefusedText: the shelf says no
        :raises Rebooting: the shelf went down instead of answering
        """
        answer, result = "", None
        try:
            self._refuse_by_fault(command)
            if not any(text in command for text in self.faults.lose):
                result = action()
        except (Refused, RefusedText) as error:
            answer = str(error)
            raise
        finally:
            self.log.add(self.clock.now(), via, user, command, kind, answer)
        self.changed()
        if kind == "write" and self.faults.reboot_after_writes:
            self.faults.reboot_after_writes -= 1
            if not self.faults.reboot_after_writes:
                self.reboot()
                raise Rebooting
        return result

    def _refuse_by_fault(self, command: str) -> None:
        for text, message in self.faults.refuse.items():
            if text in command:
                raise RefusedText(message)

    # ------------------------------------------------------------------------------------------------ configuration

    def put(self, kind: Kind, ident: int, changes: Mapping[str, object]) -> None:
        """Create an object or change some of its fields, all or nothing. :raises Refused:"""
        table = self.running.table(kind)
        old = table.get(ident)
        if old is None:
            self.rules.check_id(kind, ident)
            new = NEW[kind](ident)
        else:
            new = dataclasses.replace(old)
        for name, value in changes.items():
            setattr(new, name, value)
        if isinstance(new, Endpoint) and not new.name and new.mac:
            new.name = automatic_name(new.mac)
        self.rules.check(self.running, kind, new)
        if old is None and not isinstance(new, Endpoint):
            self._uid += 1
            new.uid = self._uid
        table[ident] = new

    def drop(self, kind: Kind, ident: int) -> None:
        """Remove an object. :raises Refused:"""
        self.rules.check_removal(self.running, kind, ident)
        del self.running.table(kind)[ident]
        for item in self.running.subscribers.values():
            if kind == "endpoint" and item.endpoint_id == ident:
                item.endpoint_id = 0
            if kind == "profile" and item.profile_id == ident:
                item.profile_id = DEFAULT_PROFILE_ID

    def identify(self, kind: Kind, name: str) -> int:
        """Id of a named object. :raises Refused: 7, 9 or 21 when there is none"""
        ident = self.running.find(kind, name)
        if not ident:
            raise Refused(MISSING[kind])
        return ident

    def set_subscriber_model(self, model: str) -> None:
        """Endpoint-aware or port-aware; the latter on copper only. :raises Refused: 57"""
        if model not in ("endpointAware", "portAware") or (model == "portAware" and self.identity.model.coax):
            raise Refused(57)
        self.running.subscriber_model = model

    def save(self) -> None:
        """Copy running to startup. :raises RefusedText: busy, by fault"""
        if self.faults.busy_saves:
            self.faults.busy_saves -= 1
            self.copy_status = 3
            raise RefusedText("Another file operation is in progress, please try again later", "errBusy")
        self.startup = self.running.copy()
        self.copy_status = 1

    def load_startup(self) -> None:
        """Make running what startup is, as booting does."""
        self.running = self.startup.copy()
        self._number_uids()

    def reboot(self, seconds: float | None = None) -> None:
        """Go down, lose what was not saved, come back after ``seconds``. Sessions are cut."""
        now = self.clock.now()
        self.boots += 1
        self.load_startup()
        self.down_until = now + (self.variants.boot_seconds if seconds is None else seconds)
        self.booted_at = min(self.down_until, now + 86_400)
        self.traffic = Traffic(self.booted_at)
        self.alarms.restart(self.booted_at)
        self.say(5, "SYS-BOOTING: Switch just made a cold boot.", self.booted_at)
        self.changed(at=self.booted_at)
        for listener in list(self.listeners):
            listener()

    # ------------------------------------------------------------------------------------------------ physical world

    def plug(self, mac: str, port: int, *, model: str = "", serial: str = "", rx_phy: int = 1700, tx_phy: int = 1650) -> None:
        """Plug an endpoint into a port, a known one or a new one. :raises Refused: 5, no such port"""
        self._check_port(port)
        cpe = self.cpes.get(mac)
        if cpe is None:
            model = model or ("G1001-C" if self.identity.model.coax else "G1001-M")
            firmware = f"{model.replace('-', '')}-CPE-P2MP {SPIRIT}"
            serial = serial or f"ASY-2103-20,R12,{int(mac.replace(':', '')[6:], 16) % 10**8:08d},24260"
            cpe = self.cpes[mac] = Cpe(mac, serial, model, port, rx_phy, tx_phy, firmware)
        cpe.port, cpe.booted_at = port, self.clock.now()
        self.changed()

    def unplug(self, mac: str) -> None:
        """Take an endpoint off the network. :raises KeyError: no such endpoint"""
        self.cpes[mac].port = None
        self.changed()

    def move(self, mac: str, port: int) -> None:
        """Plug an endpoint into another port. :raises KeyError: no such endpoint :raises Refused: 5, no such port"""
        self._check_port(port)
        self.cpes[mac].port = port
        self.changed()

    def other_port(self, mac: str) -> int:
        """A port that is not the one an endpoint is configured for."""
        configured = next((item.port for item in self.running.endpoints.values() if item.mac == mac), 0)
        return configured % self.identity.model.ports + 1

    def decay(self, mac: str, factor: float) -> None:
        """Multiply an endpoint's PHY rates (0.2 is a bad line, 1 changes nothing). :raises KeyError: no such endpoint"""
        cpe = self.cpes[mac]
        cpe.rx_phy, cpe.tx_phy = max(1, int(cpe.rx_phy * factor)), max(1, int(cpe.tx_phy * factor))
        self.changed()

    def set_link(self, interface: str, up: bool) -> None:
        """Cut or mend an uplink. :raises KeyError: no such interface"""
        if interface not in self.running.switchports:
            raise KeyError(f"{self.name} has no interface {interface!r}")
        (self.link_down.discard if up else self.link_down.add)(interface)
        self.changed()

    def _check_port(self, port: int) -> None:
        if port not in self.running.ports:
            raise Refused(5)

    def link_up(self, interface: str) -> bool:
        """Whether an interface has link. A G.hn port has one when an endpoint is plugged in and it is not shut down."""
        if interface in self.running.switchports:
            return interface not in self.link_down and not self.running.switchports[interface].shutdown
        port = self.running.ports[int(interface.rpartition("/")[2])]
        return not port.shutdown and any(cpe.port == port.number for cpe in self.cpes.values())

    def views(self) -> list[EndpointView]:
        """All endpoints, configured and unknown, by MAC."""
        if self._views[0] != self.revision:
            by_mac = {item.mac: item for item in self.running.endpoints.values()}
            there = {mac: cpe for mac, cpe in self.cpes.items() if cpe.port and not self.running.ports[cpe.port].shutdown}
            serving = {item.endpoint_id: item for item in self.running.subscribers.values() if item.endpoint_id}
            macs = sorted(by_mac.keys() | there.keys())
            self._views = (self.revision, [self._view(mac, by_mac.get(mac), there.get(mac), serving) for mac in macs])
        return self._views[1]

    def _view(self, mac: str, endpoint: Endpoint | None, cpe: Cpe | None, serving: dict[int, Subscriber]) -> EndpointView:
        subscriber = serving.get(endpoint.id) if endpoint else None
        profile_id = subscriber.profile_id if subscriber else DEFAULT_PROFILE_ID
        return EndpointView(mac, self._state(endpoint, cpe), endpoint, cpe, subscriber, self.running.profiles.get(profile_id))

    def _state(self, endpoint: Endpoint | None, cpe: Cpe | None) -> int:
        if cpe is None:
            return NOT_DETECTED
        if endpoint is None:
            return UNKNOWN_MAC
        if endpoint.port == cpe.port:
            return OK
        if not endpoint.port and not self.variants.unassigned_is_wrong_port:
            return OK
        return WRONG_PORT

    # ------------------------------------------------------------------------------------------------ consequences

    def changed(self, at: float | None = None) -> None:
        """Draw the consequences of any change: automatic ports, traffic, links, alarms."""
        now = self.clock.now() if at is None else at
        self.revision += 1
        self._lock_automatic_ports()
        self.traffic.settle(now)
        self.traffic.set_rates(self._rates())
        self._report_links(now)
        for row in self.alarms.update(self._conditions(), now):
            if row.state in (al.RAISING, al.CLEARING):
                self._say_alarm(row, now)

    def _lock_automatic_ports(self) -> None:
        for endpoint in self.running.endpoints.values():
            cpe = self.cpes.get(endpoint.mac)
            if endpoint.auto_port and not endpoint.port and cpe and cpe.port:
                used = sum(other.port == cpe.port for other in self.running.endpoints.values())
                if used < self.identity.model.endpoints_per_port:
                    endpoint.port = cpe.port

    def usage(self, view: EndpointView) -> tuple[float, float]:
        """(downstream, upstream) Mbit/s an endpoint carries now: only with a subscriber, and never above its profile."""
        if view.state != OK or view.cpe is None or view.subscriber is None:
            return 0.0, 0.0
        cpe = view.cpe
        down, up = 1 + cpe.crc % 240 / 4, 0.5 + cpe.crc // 256 % 96 / 8
        profile = view.profile
        return (
            min(down, profile.ds if profile else 1000, cpe.rx_max),
            min(up, profile.us if profile else 1000, cpe.tx_max),
        )

    def _rates(self) -> dict[str, tuple[float, float, float]]:
        rates: dict[str, tuple[float, float, float]] = {}
        total_down = total_up = 0.0
        for view in self.views():
            if view.cpe is None or not view.cpe.port:
                continue
            down, up = (mbps * 125_000 for mbps in self.usage(view))
            errors = 0.0 if view.cpe.rx_phy >= 400 else (400 - view.cpe.rx_phy) / 100
            rates[f"cpe {view.mac}"] = (down, up, errors)
            name = self.identity.model.ghn_interface(view.cpe.port)
            rx, tx, bad = rates.get(name, (0.0, 0.0, 0.0))
            rates[name] = (rx + up + 90, tx + down + 90, bad + errors)
            total_down, total_up = total_down + down, total_up + up
        uplink = next((name for name in self.identity.model.uplink_interfaces if self.link_up(name)), None)
        if uplink:
            rates[uplink] = (total_down + 400, total_up + 400, 0.0)
        rates[self.identity.model.mgmt_interface] = (220.0, 260.0, 0.0)
        return rates

    def _report_links(self, now: float) -> None:
        up = {name for name in self.identity.interfaces if self.link_up(name)}
        for name in sorted(up ^ self._links):
            self.say(5, f"LINK-UPDOWN: Interface {name}, changed state to {'up' if name in up else 'down'}.", now)
        self._links = up

    def _conditions(self) -> list[al.Wanted]:
        """Conditions that hold: major and service-affecting with a subscriber, minor without (inferred from captures)."""
        wanted: list[al.Wanted] = []
        dead: set[int] = set()
        alive: set[int] = set()
        served: set[int] = set()
        for view in self.views():
            if view.endpoint is None:
                continue
            if view.subscriber:
                served.add(view.endpoint.port)
            (dead if view.state != OK else alive).add(view.endpoint.port)
            for condition in self._endpoint_conditions(view):
                sa = view.subscriber is not None
                severity = al.MAJOR if sa else al.MINOR
                wanted.append(al.Wanted(al.ENDPOINT_IFINDEX + view.id, f"CPE-{view.id}", condition, severity, sa))
        for port in sorted(dead - alive - {0}):
            name = self.identity.model.ghn_interface(port)
            sa = port in served
            severity = al.MAJOR if sa else al.MINOR
            wanted.append(al.Wanted(self.identity.model.if_index(name), alarm_name(name), "outage", severity, sa))
        for name in self.identity.model.uplink_interfaces:
            if name in self.link_down:
                wanted.append(al.Wanted(self.identity.model.if_index(name), alarm_name(name), "linkdown", al.MAJOR, True))
        return wanted

    def _endpoint_conditions(self, view: EndpointView) -> list[str]:
        if view.cpe is None:
            return ["los"]
        found = []
        if view.state == WRONG_PORT:
            found.append("portmismatch")
        if view.cpe.copper == self.identity.model.coax:
            found.append("hwmismatch")
        if view.cpe.firmware_mismatch:
            found.append("swrevmismat")
        return found

    def _say_alarm(self, row: al.LogRow, now: float) -> None:
        severity = al.LONG[row.cause.severity] if row.state == al.RAISING else "CLEARED"
        affecting = "SA" if row.cause.service_affecting else "NSA"
        name, text = al.CLI_NAMES[row.cause.condition], al.DESCRIPTIONS[row.cause.condition]
        self.say(4, f"ALARM: {severity}, {affecting}, {row.cause.entity}, {name} - {text}", now)

    def say(self, level: int, text: str, at: float | None = None) -> None:
        """Write a line to the syslog ring."""
        self._syslog_id += 1
        self.syslog.append(SyslogRow(self._syslog_id, level, self.clock.now() if at is None else at, text))

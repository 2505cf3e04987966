"""Builds the demo town from a seed: shelves, endpoints, people in two billing systems, and the differences planted between them.

Customers of shelves with an odd index are in Sonar, those of shelves with an even index in Splynx, so a comparison of one
system has to be limited to that system's shelves. A person has at most one expectation, and nobody else may lead to a finding.
What is planted, and what exactly must follow (``key`` in brackets):

``active_not_on_network`` [person]
    Active in billing; the MAC (and serial, if given) is that of one endpoint, which is plugged in and serves nobody. Mostly the
    endpoint is configured on the shelf; the last one per system is on the wire but unknown to its shelf (``configured`` false).
``inactive_on_network`` [person]
    Suspended or terminated in billing, and the service of the matching endpoint is still on the shelf. A deactivation twin is
    one service, so one finding.
``subscriber_without_endpoint`` [person]
    Active; either no MAC and no serial at all (``no_equipment``), or a MAC and a serial no shelf has ever seen.
``endpoint_without_subscriber`` [MAC]
    A service on a shelf whose endpoint nobody in the billing system claims. So is, as long as the operator has not declared that
    product an internet product, the endpoint of the Sonar customer whose internet is sold as a RECURRING service.
``equipment_without_account`` [MAC]
    Equipment in billing that hangs on no account, while a shelf sees that endpoint; it serves nobody.
``mac_mismatch`` [person]
    The serial is that of the endpoint in service; the MAC is that of nothing, or that of another endpoint (no service, no owner).
``serial_mismatch`` [person]
    The MAC is that of the endpoint in service; the serial in billing is that of nothing.
``plan_mismatch`` [person]
    The plan in billing maps to another bandwidth plan than the one the service has on the shelf.
``plan_unmapped`` [person]
    The only customer, per system, of a product whose speed is that of no bandwidth plan. No plan mismatch follows.
``ambiguous_key`` [MAC]
    Two active people, without serials, claim one MAC that is in service: one finding for the MAC, and none of absence for either
    of them or for the endpoint.
``duplicate_ip`` [IPv4 address]
    Two active, otherwise clean people have one static address: one finding for the address.
``multiple_services`` [person]
    One account with two active internet services of the same plan, both claiming its only endpoint.
``ip_mismatch`` [person]
    Splynx, which knows sessions, where more than one of a kind is planted: online with another address than the static one.
``unknown_status`` [person]
    A status nobody can interpret; the service is on the shelf, and nothing else follows.

Clean although they look odd: suspended, terminated and pending people without a service on the shelf; people whose endpoint is
unplugged or on a wrong port; a second MAC that is the customer's own router; the Sonar delinquency flag on an active account;
child accounts; a finished deactivation cycle in Splynx; endpoints unknown to shelf and billing alike. An unthrottled service
(no profile) belongs to a 1 Gbit/s customer and is no plan mismatch. A shelf need not know the serial of an endpoint that is
unplugged or unknown to it, so a serial only counts where the network has one.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from development.town import (
    Expectation,
    Town,
    TownEndpoint,
    TownOrphan,
    TownPerson,
    TownPlan,
    TownProfile,
    TownService,
    TownShelf,
)
from nornir_tasks.contracts import FindingKind
from nornir_tasks.gam.catalog import BY_NAME

SONAR = "sonar"
SPLYNX = "splynx"

MODELS = (
    "GAM-12-C", "GAM-24-M", "GAM-4-CX-AC", "GAM-12-M", "GAM-24-C", "GAM-8-MX", "GAM-4-CX", "GAM-8-CX", "GAM-4-MX",
)  # fmt: skip
STREETS = (
    "Elm Street", "Oak Avenue", "Mill Lane", "Harbor View", "Cedar Court", "Station Road", "Maple Drive", "Church Hill",
    "River Walk", "Park Place", "Quarry Road", "Birch Grove", "Market Square", "Orchard Way", "Lake Shore", "Foundry Row",
)  # fmt: skip
CITIES = ("Sampleton", "Fairwater", "Northbridge")
FIRST_NAMES = (
    "Marisol", "Orrin", "Ilse", "Tobias", "Amara", "Joaquin", "Petra", "Dev", "Noor", "Silas", "Wanda", "Kenji", "Odile", "Rufus",
    "Saskia", "Bram", "Leona", "Idris", "Greta", "Anton",
)  # fmt: skip
LAST_NAMES = (
    "Tanner", "Vale", "Brandt", "Okafor", "Lindqvist", "Moreau", "Castellan", "Hartley", "Novak", "Pryce", "Sorensen", "Adeyemi",
    "Kowalski", "Ferro", "Nakamura", "Whitlock", "Dunmore", "Eriksen", "Baptiste", "Quill",
)  # fmt: skip
COAX_ENDPOINTS = ("G1001-C", "G1001-C", "G1002-C", "G1002-C+")
COPPER_ENDPOINTS = ("G1001-M", "G1001-M", "G1002-M", "G1002-M+")
PROFILE_RATES = (
    {"100M": (108, 54), "250M": (270, 270), "500M": (545, 545)},
    {"100M": (106, 53), "250M": (265, 265), "500M": (530, 530)},
    {"100M": (108, 54), "250M": (270, 270), "500M": (540, 540)},
    {"100M": (109, 54), "250M": (272, 272), "500M": (545, 545)},
)
"""Shelf rates of the plans in Mbit/s, per shelf in turn: the speed sold plus 6 to 9 %."""

BANDWIDTH_PLANS = (("100M", 100_000, 50_000), ("250M", 250_000, 250_000), ("500M", 500_000, 500_000), ("1G", 1_000_000, 1_000_000))
OVERHEAD_PERCENT = 8
"""What the demo's bandwidth plans add for layer 2."""

PLANS = (
    TownPlan("home-100", "Home 100", 102_400, 51_200, "29.90"),
    TownPlan("business-100", "Business 100", 100_000, 50_000, "49.00"),
    TownPlan("home-250", "Home 250", 250_000, 250_000, "39.90"),
    TownPlan("home-500", "Home 500", 512_000, 512_000, "54.90"),
    TownPlan("home-1000", "Home Giga", 1_000_000, 1_000_000, "79.90"),
    TownPlan("legacy-75", "Legacy 75", 75_000, 37_500, "24.90"),
    TownPlan("flat-internet", "Flat Internet 100", 100_000, 50_000, "35.00", sonar_type="RECURRING"),
)
PROFILE_OF = {
    "home-100": "100M",
    "business-100": "100M",
    "home-250": "250M",
    "home-500": "500M",
    "home-1000": None,
    "legacy-75": "100M",
    "flat-internet": "100M",
}
"""Profile a plan's customers have on the shelf; None is unthrottled."""

COMMON_PLANS = ("home-100", "home-100", "business-100", "home-250", "home-250", "home-500", "home-1000")
FIRST_NUMBER = 1001
SHARED_VLAN = 100
FIRST_VLAN = 101
SPARE_SHARE = 4
"""One slot in this many is kept for clean customers, however small the town."""

ACCOUNTS = {
    "gam_username": "admin",
    "gam_password": "demo-Gam-7421",
    "snmp_community": "public",
    "snmp_v3_user": "netops",
    "snmp_v3_auth_key": "demo-auth-3390",
    "snmp_v3_priv_key": "demo-priv-5518",
    "sonar_token": "demo-sonar-token-91f04c",
    "splynx_key": "demo-splynx-key-2c77",
    "splynx_secret": "demo-splynx-secret-b35e",
    "sonar_webhook_path_secret": "demo-sonar-hook-6a1d",
    "splynx_hook_secret": "demo-splynx-hook-e902",
}


@dataclass
class _Slot:
    """A place where one endpoint is wired, before it is decided whom it serves."""

    shelf: _Shelf
    port: int
    mac: str
    serial: str
    model: str
    plugged_port: int | None
    configured: bool = True
    service_name: str = ""
    profile: str | None = None
    description: str = ""


@dataclass
class _Shelf:
    """A shelf while it is being filled."""

    index: int
    model: str
    street: str
    coax: bool
    ports: int
    jsonrpc: bool
    slots: list[_Slot] = field(default_factory=list)

    @property
    def system(self) -> str:
        """The billing system of this shelf's customers."""
        return SONAR if self.index % 2 else SPLYNX


class _Factory:
    """Hands out everything that must be unique in the town, in an order only the seed decides."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._tails: set[int] = set()
        self._serials: set[str] = set()
        self._numbers = FIRST_NUMBER
        self.last_host = 0

    def mac(self) -> str:
        """A MAC of an endpoint. Its last three bytes are unique in the town and above every shelf's own addresses."""
        while True:
            tail = self.random.randrange(0x400000, 0xFFFFFF)
            if tail not in self._tails:
                self._tails.add(tail)
                return _mac(tail)

    def serial(self) -> str:
        """An eight digit serial number."""
        while True:
            serial = f"{self.random.randrange(10_000_000, 99_999_999):08d}"
            if serial not in self._serials:
                self._serials.add(serial)
                return serial

    def number(self) -> int:
        """The next customer number."""
        self._numbers += 1
        return self._numbers - 1

    def static_ip(self) -> str:
        """The next static address, from the shared address space carriers use."""
        self.last_host += 1
        return str(IPv4Address("100.64.8.0") + self.last_host)


def odd_plans(each: int) -> tuple[TownPlan, ...]:
    """Further products whose speeds no bandwidth plan has, for ``each`` unmapped ones per system."""
    rates = range(61_000, 61_000 + 250 * (each - 1), 250)
    return tuple(TownPlan(f"legacy-{rate}", f"Legacy {rate / 1000:g}", rate, rate // 2, "19.90") for rate in rates)


def build_town(seed: int, shelves: int = 10, *, each: int = 1, endpoints: tuple[int, int] = (8, 10)) -> Town:
    """The town for ``seed`` with that many shelves (1 and up); the same arguments give an equal town.

    Ten shelves hold every planted kind in both systems; fewer shelves hold as many as fit. More shelves add clean customers.

    :param each: how many of every kind are planted per system, if they fit (of some kinds there are always more)
    :param endpoints: least and most endpoints per shelf; copper has no more than its ports
    :raises ValueError: ``shelves`` is below 1
    """
    if shelves < 1:
        raise ValueError(f"shelves {shelves!r}: at least 1")
    factory = _Factory(seed)
    drafts = [_draft_shelf(factory, index, shelves, endpoints) for index in range(shelves)]
    people: list[TownPerson] = []
    orphans: list[TownOrphan] = []
    expectations: list[Expectation] = []
    for system in (SPLYNX, SONAR):
        population = _Population(system, [draft for draft in drafts if draft.system == system], factory, each)
        population.populate()
        people += population.people
        orphans += population.orphans
        expectations += population.expectations
    return Town(
        seed=seed,
        shelves=tuple(_finish_shelf(factory, draft) for draft in drafts),
        plans=(*PLANS, *odd_plans(each)),
        people=tuple(sorted(people, key=lambda person: person.number)),
        orphans=tuple(orphans),
        expectations=tuple(expectations),
        accounts=dict(ACCOUNTS),
    )


def plan_catalogue(town: Town) -> list[tuple[str, int, int]]:
    """Bandwidth plans the demo creates in NetBox: (name, download kbit/s, upload kbit/s), to be given 8 % overhead.

    Their names are those of the shelves' profiles, except 1G, which is unthrottled on a shelf.
    """
    sold = {plan.key for plan in town.plans}
    wanted = {PROFILE_OF[key] or "1G" for key in sold if key in PROFILE_OF}
    return [plan for plan in BANDWIDTH_PLANS if plan[0] in wanted]


class _Population:
    """The customers of one billing system, and everything planted among them."""

    def __init__(self, system: str, shelves: list[_Shelf], factory: _Factory, each: int) -> None:
        self.system = system
        self.each = each
        self._round = 0
        self.factory = factory
        self.people: list[TownPerson] = []
        self.orphans: list[TownOrphan] = []
        self.expectations: list[Expectation] = []
        self._free = [slot for shelf in shelves for slot in shelf.slots]
        factory.random.shuffle(self._free)
        self._spare = len(self._free) // SPARE_SHARE

    def populate(self) -> None:
        """Plant every difference that fits, then fill the rest with clean customers."""
        if not self._free:
            return
        for number in range(self.each):
            self._round = number
            self._plant_activity()
            self._plant_equipment()
            self._plant_plans()
            self._plant_conflicts()
        self._plant_harmless()
        self._fill_with_clean_people()

    # ------------------------------------------------------------------------------------------------------- plants

    def _plant_activity(self) -> None:
        for jsonrpc, coax in ((True, None), (None, False), (None, True), (True, None), (None, True)):
            for slot in self._take(FindingKind.ACTIVE_NOT_ON_NETWORK, coax=coax, jsonrpc=jsonrpc):
                person = self._person("active", slot=slot)
                self._expect(
                    FindingKind.ACTIVE_NOT_ON_NETWORK, person.number, f"endpoint {slot.mac} on {_name(slot.shelf)} serves nobody"
                )
        for slot in self._take(FindingKind.ACTIVE_NOT_ON_NETWORK):
            slot.configured = False
            person = self._person("active", slot=slot)
            self._expect(
                FindingKind.ACTIVE_NOT_ON_NETWORK,
                person.number,
                f"endpoint {slot.mac} is on the wire but its shelf does not know it",
            )
        ended = "archived" if self.system == SONAR else "twin"
        for status, trap in (("suspended", ""), ("terminated", ended), ("suspended", "" if self.system == SONAR else "twin")):
            for slot in self._take(FindingKind.INACTIVE_ON_NETWORK):
                person = self._person(status, slot=slot, trap=trap, serve=True)
                self._expect(
                    FindingKind.INACTIVE_ON_NETWORK,
                    person.number,
                    f"{status}, service {slot.service_name} is still on {_name(slot.shelf)}",
                )

    def _plant_equipment(self) -> None:
        if self._lacks(FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT):
            person = self._person("active", macs=(self.factory.mac(),), serials=(self.factory.serial(),))
            self._expect(FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT, person.number, f"no shelf has ever seen {person.macs[0]}")
        if self._lacks(FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT):
            person = self._person("active", trap="no_equipment")
            self._expect(FindingKind.SUBSCRIBER_WITHOUT_ENDPOINT, person.number, "no equipment in billing at all")
        for slot in self._take(FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER):
            self._serve(slot, f"Unit{self.factory.random.randrange(100, 999)}X", "100M", "")
            self._expect(
                FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER,
                slot.mac,
                f"service {slot.service_name} on {_name(slot.shelf)}, unknown to billing",
            )
        for configured in (False, True):
            for slot in self._take(FindingKind.EQUIPMENT_WITHOUT_ACCOUNT):
                slot.configured = configured
                self.orphans.append(TownOrphan(self.system, slot.mac, slot.serial))
                self._expect(FindingKind.EQUIPMENT_WITHOUT_ACCOUNT, slot.mac, f"still wired to {_name(slot.shelf)}")
        self._plant_mismatches()

    def _plant_mismatches(self) -> None:
        for slot in self._take(FindingKind.MAC_MISMATCH):
            person = self._person("active", slot=slot, macs=(self.factory.mac(),), serials=(slot.serial,), serve=True)
            self._expect(
                FindingKind.MAC_MISMATCH,
                person.number,
                f"serial {slot.serial} is {slot.mac}, billing says {person.macs[0]}, never seen",
            )
        for slot in self._take(FindingKind.MAC_MISMATCH):
            for other in self._take(FindingKind.MAC_MISMATCH):
                person = self._person("active", slot=slot, macs=(other.mac,), serials=(slot.serial,), serve=True)
                self._expect(
                    FindingKind.MAC_MISMATCH,
                    person.number,
                    f"serial {slot.serial} is {slot.mac}, billing says {other.mac}, another one",
                )
        for slot in self._take(FindingKind.SERIAL_MISMATCH):
            person = self._person("active", slot=slot, serials=(self.factory.serial(),), serve=True)
            self._expect(
                FindingKind.SERIAL_MISMATCH, person.number, f"{slot.mac} has serial {slot.serial}, billing says {person.serials[0]}"
            )

    def _plant_plans(self) -> None:
        for plan, profile in (("home-100", "250M"), ("home-500", "100M")):
            for slot in self._take(FindingKind.PLAN_MISMATCH):
                person = self._person("active", slot=slot, plan=plan, serve=True)
                slot.profile = profile
                self._expect(FindingKind.PLAN_MISMATCH, person.number, f"pays for {plan}, has {profile} on {_name(slot.shelf)}")
        for slot in self._take(FindingKind.PLAN_UNMAPPED):
            person = self._person("active", slot=slot, plan=self._odd_plan(), serve=True)
            self._expect(FindingKind.PLAN_UNMAPPED, person.number, "its speed is that of no bandwidth plan")
        if self.system == SONAR:
            for slot in self._take(FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER):
                person = self._person("active", slot=slot, plan="flat-internet", trap="recurring_plan", serve=True)
                note = f"account {person.number} has only a RECURRING service: unclaimed without a rule of the operator"
                self._expect(FindingKind.ENDPOINT_WITHOUT_SUBSCRIBER, slot.mac, note)

    def _plant_conflicts(self) -> None:
        for slot in self._take(FindingKind.AMBIGUOUS_KEY):
            owner = self._person("active", slot=slot, serials=(), serve=True)
            rival = self._person("active", slot=slot, plan=owner.plan, serials=())
            self._expect(FindingKind.AMBIGUOUS_KEY, slot.mac, f"claimed by {owner.number} and {rival.number}")
        for first in self._take(FindingKind.DUPLICATE_IP):
            for second in self._take(FindingKind.DUPLICATE_IP):
                address = self.factory.static_ip()
                pair = [self._person("active", slot=slot, serve=True, ipv4=address) for slot in (first, second)]
                self._expect(FindingKind.DUPLICATE_IP, address, f"given to {pair[0].number} and {pair[1].number}")
        for slot in self._take(FindingKind.MULTIPLE_SERVICES):
            person = self._person("active", slot=slot, plan="home-100", trap="dual_service", serve=True)
            self._expect(FindingKind.MULTIPLE_SERVICES, person.number, f"two services claim {slot.mac}")
        for slot in self._take(FindingKind.IP_MISMATCH) if self.system == SPLYNX and self.each > 1 else ():
            person = self._person("active", slot=slot, ipv4=self.factory.static_ip(), trap="other_address", serve=True)
            self._expect(FindingKind.IP_MISMATCH, person.number, f"{person.ipv4} at billing, online with another address")
        for slot in self._take(FindingKind.UNKNOWN_STATUS):
            person = self._person("odd", slot=slot, serve=True)
            self._expect(FindingKind.UNKNOWN_STATUS, person.number, f"service {slot.service_name} is on {_name(slot.shelf)}")

    def _plant_harmless(self) -> None:
        for slot in self._take():
            self._person("pending", slot=slot)
        for slot in self._take():
            slot.configured = False
            self._person("pending", slot=slot)
        for slot in self._take():
            slot.configured = False
        self._person("terminated", trap="no_equipment")
        self._person("suspended", trap="no_equipment")

    # -------------------------------------------------------------------------------------------------------- clean

    def _fill_with_clean_people(self) -> None:
        """Everyone left is an active customer in order; the first few have the harmless oddities."""
        oddities = iter(
            ("", "multi_mac", "delinquent_flag", "child_account", "")
            if self.system == SONAR
            else ("", "multi_mac", "twin", "child_account", "")
        )
        slots, self._free = self._free, []
        for position, slot in enumerate(slots):
            trap = next(oddities, "")
            macs: tuple[str, ...] = (slot.mac, self.factory.mac()) if trap == "multi_mac" else (slot.mac,)
            serials = (slot.serial,) if self.factory.random.random() < 0.7 else ()
            if position == 4:
                macs, serials = (), (slot.serial,)
            elif position in (5, 6):
                slot.plugged_port = None
            elif position in (0, 7) or position % 40 == 39:
                slot.plugged_port = _wrong_port(slot)
            elif position > 7 and self.factory.random.random() < 0.05:
                slot.plugged_port = None
            self._person("active", slot=slot, macs=macs, serials=serials, trap=trap, serve=True)

    # ------------------------------------------------------------------------------------------------------ helpers

    def _lacks(self, kind: FindingKind | None) -> bool:
        """Whether more of that kind are to be planted: everything once, then what is not there often enough."""
        return self._round == 0 or sum(item.kind == kind for item in self.expectations) < self.each

    def _odd_plan(self) -> str:
        """A product nobody else has, at a speed that is no bandwidth plan's."""
        return "legacy-75" if self._round == 0 else odd_plans(self.each)[self._round - 1].key

    def _take(self, kind: FindingKind | None = None, *, coax: bool | None = None, jsonrpc: bool | None = None) -> Iterator[_Slot]:
        """The next free slot of that sort, or of any sort when there is none.

        Nothing when only the clean ones' share is left, or enough of ``kind`` was planted.
        """
        if len(self._free) <= self._spare or not self._lacks(kind):
            return
        fitting = [s for s in self._free if coax in (None, s.shelf.coax) and jsonrpc in (None, s.shelf.jsonrpc)]
        slot = (fitting or self._free)[0]
        self._free.remove(slot)
        yield slot

    def _expect(self, kind: FindingKind, key: int | str, note: str) -> None:
        self.expectations.append(Expectation(self.system, kind.value, str(key), note))

    def _person(
        self,
        status: str,
        *,
        slot: _Slot | None = None,
        plan: str = "",
        macs: tuple[str, ...] | None = None,
        serials: tuple[str, ...] | None = None,
        trap: str = "",
        serve: bool = False,
        ipv4: str = "",
    ) -> TownPerson:
        """Add a person; ``serve`` also configures the service on the shelf, as their plan says."""
        pick = self.factory.random
        number = self.factory.number()
        first, last = pick.choice(FIRST_NAMES), pick.choice(LAST_NAMES)
        street = slot.shelf.street if slot else pick.choice(STREETS)
        person = TownPerson(
            number=number,
            system=self.system,
            name=f"{first} {last}",
            email=f"{first}.{last}.{number}@example.net".lower(),
            phone=f"55501{number % 100_000:05d}",
            street=f"{pick.randrange(1, 200)} {street}",
            city=pick.choice(CITIES),
            status=status,
            plan=plan or pick.choice(COMMON_PLANS),
            macs=((slot.mac,) if slot else ()) if macs is None else macs,
            serials=((slot.serial,) if slot else ()) if serials is None else serials,
            login=f"{number:06d}_1",
            ipv4=ipv4 or (self.factory.static_ip() if pick.random() < 0.4 else ""),
            trap=trap,
        )
        self.people.append(person)
        if serve and slot:
            name = f"Unit{number % 1000}{pick.choice('ABCD')}" if slot.shelf.index % 4 == 2 else f"C{number}"
            self._serve(slot, name, PROFILE_OF.get(person.plan, "100M"), person.street)
        return person

    def _serve(self, slot: _Slot, name: str, profile: str | None, description: str) -> None:
        taken = {other.service_name for other in slot.shelf.slots}
        slot.service_name = name if name not in taken else f"{name}-{slot.mac[-5:].replace(':', '')}"
        slot.profile = profile
        slot.description = description


def _draft_shelf(factory: _Factory, index: int, shelves: int, endpoints: tuple[int, int]) -> _Shelf:
    model = BY_NAME[MODELS[index % len(MODELS)]]
    jsonrpc = index % 10 == min(3, shelves - 1)
    shelf = _Shelf(index, model.name, STREETS[index % len(STREETS)], model.coax, model.ports, jsonrpc)
    wanted = factory.random.randint(*endpoints)
    if model.coax:
        # Few ports hold several endpoints each, as in a building whose risers share a port.
        ports = sorted(factory.random.randint(1, min(model.ports, 6)) for _ in range(wanted))
    else:
        # One port stays free so that an endpoint can be plugged into the wrong one.
        ports = sorted(factory.random.sample(range(1, model.ports + 1), min(wanted, model.ports - 1)))
    models = COAX_ENDPOINTS if model.coax else COPPER_ENDPOINTS
    for port in ports:
        shelf.slots.append(_Slot(shelf, port, factory.mac(), factory.serial(), factory.random.choice(models), port))
    return shelf


def _wrong_port(slot: _Slot) -> int:
    """Another port of the shelf; on copper one where nothing is assigned or plugged. The own port when there is none."""
    others = [port for port in range(1, slot.shelf.ports + 1) if port != slot.port]
    if not slot.shelf.coax:
        used = {port for other in slot.shelf.slots for port in (other.port, other.plugged_port)}
        others = [port for port in others if port not in used]
    return others[0] if others else slot.port


def _finish_shelf(factory: _Factory, draft: _Shelf) -> TownShelf:
    model = BY_NAME[draft.model]
    rates = PROFILE_RATES[draft.index % len(PROFILE_RATES)]
    profiles = tuple(TownProfile(id, name, down, up) for id, (name, (down, up)) in enumerate(rates.items(), start=2))
    endpoints = tuple(_finish_endpoint(factory, slot, unit) for unit, slot in enumerate(draft.slots, start=1))
    names = {endpoint.mac: endpoint.name for endpoint in endpoints}
    served = [slot for slot in draft.slots if slot.service_name]
    shared = draft.index % 3 == 1
    services = tuple(
        TownService(
            id=id,
            name=slot.service_name,
            endpoint=names[slot.mac],
            vlan=SHARED_VLAN if shared else FIRST_VLAN + id,
            profile=slot.profile,
            description=slot.description,
        )
        for id, slot in enumerate(served, start=1)
    )
    return TownShelf(
        index=draft.index,
        name=_name(draft),
        model=draft.model,
        serial=f"{1_012_000 + draft.index * 7:08d}",
        base_mac=_mac(0x1A0000 + draft.index * 0x40),
        firmware=f"{model.firmware_family}_v1.5.4",
        location=f"{draft.street}, {CITIES[draft.index % len(CITIES)]}",
        address=str(IPv4Address("127.0.1.1") + draft.index),
        jsonrpc=draft.jsonrpc,
        snmp_v3=draft.index % 5 == 4,
        endpoints=endpoints,
        profiles=profiles,
        services=services,
    )


def _finish_endpoint(factory: _Factory, slot: _Slot, unit: int) -> TownEndpoint:
    pick = factory.random
    automatic = f"Positron_{slot.mac[-8:].replace(':', '').upper()}"
    rx = pick.randint(900, 1810)
    return TownEndpoint(
        mac=slot.mac,
        serial=slot.serial,
        model=slot.model,
        port=slot.port,
        plugged_port=slot.plugged_port,
        name=automatic if not slot.configured or pick.random() < 0.5 else f"{_name(slot.shelf)[4:]}-{unit}",
        configured=slot.configured,
        rx_phy_mbps=rx,
        tx_phy_mbps=rx - pick.randint(20, 120),
        firmware_mismatch=pick.random() < 0.05,
    )


def _name(shelf: _Shelf) -> str:
    base = f"gam-{shelf.street.lower().replace(' ', '-')}"
    turn = shelf.index // len(STREETS)
    return f"{base}-{turn + 1}" if turn else base


def _mac(tail: int) -> str:
    digits = f"{tail:06x}"
    return f"00:0e:d8:{digits[:2]}:{digits[2:4]}:{digits[4:]}"

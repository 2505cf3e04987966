"""Hypothesis strategies: shelf configurations that obey every rule, and desired changes of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from nornir_tasks.contracts import ChangeKind, EndpointConfig, PoeMode, ProfileConfig, ShelfConfig, SubscriberConfig
from nornir_tasks.gam.catalog import BY_NAME
from nornir_tasks.gam.rules import BUILTIN_PROFILE

MODEL = BY_NAME["GAM-12-C"]
COPPER = BY_NAME["GAM-4-MX"]

_characters = st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters='"\\?')
_pool = ["a", "b", "c", "Unit 7", "O'Brien", "C#"]
names = st.sampled_from(_pool) | st.text(_characters, min_size=1, max_size=31).filter(lambda text: text == text.strip())
descriptions = st.text(_characters, max_size=63).filter(lambda text: text == text.strip())
vlans = st.integers(3, 4093).filter(lambda vlan: vlan not in (3840, 3841, 3842))
rates = st.integers(10, 1999)
macs = (st.integers(1, 4) | st.integers(1, 0xFFFFFF)).map(
    lambda tail: "00:0e:d8:" + ":".join(f"{tail:06x}"[at : at + 2] for at in (0, 2, 4))
)


@st.composite
def profile_tables(draw: st.DrawFn, highest: int = 14) -> tuple[ProfileConfig, ...]:
    """Profiles with distinct names and ids from 2, and the built-in one."""
    wanted = draw(st.lists(names.filter(lambda name: name != BUILTIN_PROFILE.name), unique=True, max_size=highest))
    ids = draw(st.permutations(range(2, 16)))
    own = [ProfileConfig(name, draw(rates), draw(rates), draw(descriptions), id=ids[at]) for at, name in enumerate(wanted)]
    return tuple(sorted([BUILTIN_PROFILE, *own], key=lambda item: item.name))


@st.composite
def endpoint_tables(draw: st.DrawFn, ports: int = 12) -> tuple[EndpointConfig, ...]:
    """Endpoints with distinct names, MAC addresses and ids."""
    wanted = draw(st.lists(st.tuples(names, macs), unique_by=(lambda pair: pair[0], lambda pair: pair[1]), max_size=6))
    ids = draw(st.lists(st.integers(1, 384), unique=True, min_size=len(wanted), max_size=len(wanted)))
    found = []
    for at, (name, mac) in enumerate(wanted):
        port = draw(st.none() | st.integers(1, ports))
        auto = port is None and draw(st.booleans())
        found.append(EndpointConfig(name, mac, port, auto, draw(descriptions), draw(st.booleans()), id=ids[at]))
    return tuple(sorted(found, key=lambda item: item.name))


@st.composite
def cli_configs(draw: st.DrawFn, with_poe: bool = True) -> ShelfConfig:
    """A configuration the command line can say completely, valid by every rule for a GAM-12-C."""
    profiles, endpoints = draw(profile_tables()), draw(endpoint_tables())
    wanted = draw(st.lists(names, unique=True, max_size=6))
    ids = draw(st.lists(st.integers(1, 384), unique=True, min_size=len(wanted), max_size=len(wanted)))
    free = draw(st.permutations([item.name for item in endpoints]))
    found = []
    for at, name in enumerate(wanted):
        vlan = draw(vlans | st.just(4094))
        found.append(
            SubscriberConfig(
                name,
                vlan,
                endpoint=free[at] if at < len(free) and draw(st.booleans()) else None,
                profile=draw(st.none() | st.sampled_from([item.name for item in profiles])),
                description=draw(descriptions),
                tagged=draw(st.booleans()),
                remapped_vlan=draw(st.none() | vlans),
                port2_vlan=draw(st.none() | vlans.filter(vlan.__ne__)),
                allowed_vlans=tuple(sorted(draw(st.sets(vlans, max_size=12)))),
                poe=draw(st.sampled_from(PoeMode)) if with_poe else None,
                id=ids[at],
            )
        )
    return ShelfConfig(profiles, endpoints, tuple(sorted(found, key=lambda item: item.name)))


@st.composite
def rpc_configs(draw: st.DrawFn) -> ShelfConfig:
    """A configuration with what only JSON-RPC can say as well."""
    config = draw(cli_configs())
    found = []
    for item in config.subscribers:
        double = draw(st.booleans())
        found.append(
            replace(
                item,
                trunk=draw(st.booleans()),
                double_tag=double,
                outer_vlan=draw(vlans) if double else None,
                nni=draw(st.sampled_from([None, "10G 1/1", "10G 1/2"])) if double else None,
            )
        )
    return replace(config, subscribers=tuple(found), default_nni=draw(st.sampled_from([None, "10G 1/1"])))


@st.composite
def transitions(
    draw: st.DrawFn, configs: st.SearchStrategy[ShelfConfig]
) -> tuple[ShelfConfig, ShelfConfig, tuple[tuple[ChangeKind, str], ...]]:
    """What a shelf has, a partial wish for it, and what shall go. The wish obeys every rule together with what stays.

    Made from two whole configurations: what the second names is wished for, what only the first has goes or stays.
    """
    actual, goal = draw(configs), draw(configs)
    removals: list[tuple[ChangeKind, str]] = []
    for kind, before, after in (
        (ChangeKind.SUBSCRIBER, actual.subscribers, goal.subscribers),
        (ChangeKind.ENDPOINT, actual.endpoints, goal.endpoints),
        (ChangeKind.PROFILE, actual.profiles, goal.profiles),
    ):
        kept = {item.name for item in after}
        removals += [(kind, item.name) for item in before if item.name not in kept]
    return actual, goal, tuple(removals)

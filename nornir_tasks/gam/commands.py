"""A change -> the exact lines for the command line's configuration mode. Pure.

An object is one line where the command line allows it. Syntax from the vendor's CLI guide; ``poe`` from a real shelf's
configuration. What that syntax has no words for is refused by name, never left out silently.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..contracts import Change, ChangeAction, ConfigObject, EndpointConfig, ProfileConfig, ShelfConfig, SubscriberConfig, Violation
from ..errors import DeviceError, ErrorKind
from .rules import allocate_id

SAVE_COMMAND = "copy running-config startup-config"
RUNNING_COMMAND = "show running-config"
STARTUP_COMMAND = "show startup-config"
NO_WORDS = "the command line has no words for it"
ONLY_JSONRPC = ("port", "trunk", "double_tag", "outer_vlan", "nni")
"""Fields of a subscriber that a shelf takes over JSON-RPC only, as far as its command line is documented."""


def unsayable(change: Change) -> tuple[Violation, ...]:
    """The fields of a change for which the command line has no words."""
    before, after = change.before, change.after
    if isinstance(after, SubscriberConfig):
        old = before if isinstance(before, SubscriberConfig) else SubscriberConfig(after.name, after.vlan)
        return tuple(
            Violation(after.name, field, str(getattr(after, field)), NO_WORDS)
            for field in ONLY_JSONRPC
            if getattr(after, field) != getattr(old, field)
        )
    managed = isinstance(before, EndpointConfig) and before.allow_management
    if managed and isinstance(after, EndpointConfig) and not after.allow_management:
        return (Violation(after.name, "allow_management", "False", NO_WORDS),)
    return ()


def render(change: Change, config: ShelfConfig) -> tuple[str, ...]:
    """The lines that make ``change`` on a shelf whose configuration is ``config`` (which gives the ids).

    :raises DeviceError: UNSUPPORTED, naming the field, when the command line cannot say it; REJECTED when an object or a
        reference is not in ``config``
    :raises RuleViolation: when the shelf has no free id
    """
    problems = unsayable(change)
    if problems:
        first = problems[0]
        raise DeviceError(ErrorKind.UNSUPPORTED, f"{change.kind} {first.subject!r}: {first.field} {first.value}: {first.rule}")
    if change.after is None:
        return (f"no {_prefix(change.before, _present(config, change).id)}",)
    if change.action is ChangeAction.ADD:
        words = _words(None, change.after, config)
        return (" ".join([_prefix(change.after, allocate_id(config, change.after)), *words]),)
    return _set_lines(change, _present(config, change), config)


def _set_lines(change: Change, present: ConfigObject, config: ShelfConfig) -> tuple[str, ...]:
    after = change.after
    if after is None:
        return ()
    prefix = _prefix(after, present.id)
    words = _words(change.before, after, config)
    lines = [" ".join([prefix, *words])] if words else []
    before = change.before
    if isinstance(after, SubscriberConfig) and isinstance(before, SubscriberConfig) and before.endpoint and not after.endpoint:
        lines.append(f"no {prefix} endpoint")
    return tuple(lines)


def _present(config: ShelfConfig, change: Change) -> ConfigObject:
    """The object as it is on the shelf, whose id the line needs."""
    name = change.before.name if change.before is not None else change.name
    everything: tuple[ConfigObject, ...] = (*config.profiles, *config.endpoints, *config.subscribers)
    for item in everything:
        if item.name == name and type(item) is type(change.before if change.before is not None else change.after) and item.id:
            return item
    raise DeviceError(ErrorKind.REJECTED, f"the shelf has no {change.kind} {name!r} with a known id")


def _prefix(item: ConfigObject | None, number: int) -> str:
    match item:
        case ProfileConfig():
            return f"ghn bw-profile {number}"
        case EndpointConfig():
            return f"ghn endpoint {number}"
        case _:
            return f"ghn subscriber {number}"


def _words(before: ConfigObject | None, after: ConfigObject, config: ShelfConfig) -> list[str]:
    match after:
        case ProfileConfig():
            return _profile_words(before if isinstance(before, ProfileConfig) else None, after)
        case EndpointConfig():
            return _endpoint_words(before if isinstance(before, EndpointConfig) else None, after)
        case SubscriberConfig():
            return _subscriber_words(before if isinstance(before, SubscriberConfig) else None, after, config)


def _name_words(before: ConfigObject | None, after: ConfigObject) -> list[str]:
    words = [f'name "{after.name}"'] if before is None or before.name != after.name else []
    old = before.description if before is not None else ""
    return words + ([f'description "{after.description}"'] if after.description != old else [])


def _profile_words(before: ProfileConfig | None, after: ProfileConfig) -> list[str]:
    words = _name_words(before, after)
    if before is None or before.downstream_mbps != after.downstream_mbps:
        words.append(f"rate-downstream {after.downstream_mbps}")
    if before is None or before.upstream_mbps != after.upstream_mbps:
        words.append(f"rate-upstream {after.upstream_mbps}")
    return words


def _endpoint_words(before: EndpointConfig | None, after: EndpointConfig) -> list[str]:
    words = _name_words(before, after)
    if before is None or before.mac != after.mac:
        words.append(f"mac-address {after.mac}")
    was = (before.port, before.auto_port) if before is not None else (None, False)
    if was != (after.port, after.auto_port):
        words.append(f"port {after.port if after.port is not None else 'auto' if after.auto_port else 'unassigned'}")
    if after.allow_management and not (before is not None and before.allow_management):
        words.append("allow-management-access")
    return words


def _subscriber_words(before: SubscriberConfig | None, after: SubscriberConfig, config: ShelfConfig) -> list[str]:
    old = before if before is not None else SubscriberConfig(after.name, -1)
    words = _name_words(before, after)
    if after.vlan != old.vlan:
        words.append(f"vid {after.vlan}")
    if after.endpoint is not None and after.endpoint != old.endpoint:
        words.append(f"endpoint {_id_of('endpoint', after.endpoint, config.endpoints)}")
    # a shelf gives a new subscriber its built-in 10/10 profile, so "no limit" has to be said
    if before is None or after.profile != old.profile:
        limit = "unthrottled" if after.profile is None else str(_id_of("bandwidth profile", after.profile, config.profiles))
        words.append(f"bw-profile {limit}")
    if after.tagged != old.tagged:
        words.append("tagged" if after.tagged else "untagged")
    words += _vlan_words("remapped-vid", old.remapped_vlan, after.remapped_vlan)
    if after.allowed_vlans != old.allowed_vlans:
        words.append(f"allowed-vlan {','.join(str(vlan) for vlan in after.allowed_vlans) or 'none'}")
    words += _vlan_words("port2-vid", old.port2_vlan, after.port2_vlan)
    if after.poe is not None and after.poe != old.poe:
        words.append(f"poe {after.poe}")
    return words


def _vlan_words(word: str, before: int | None, after: int | None) -> list[str]:
    return [] if before == after else [f"{word} {'none' if after is None else after}"]


def _id_of(word: str, name: str, items: Iterable[ConfigObject]) -> int:
    for item in items:
        if item.name == name and item.id:
            return item.id
    raise DeviceError(ErrorKind.REJECTED, f"{word} {name!r} is not on the shelf")

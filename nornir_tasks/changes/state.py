"""A shelf's configuration as a value: apply a change to it, look objects up, say how two configurations differ. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

from ..contracts import (
    Change,
    ChangeAction,
    ChangeKind,
    ConfigObject,
    EndpointConfig,
    FieldDiff,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
    SubscriberModel,
)
from ..gam.rules import allocate_id

FIELD_WORDS = {
    "mac": "MAC address",
    "auto_port": "automatic port",
    "allow_management": "management access",
    "downstream_mbps": "downstream Mbit/s",
    "upstream_mbps": "upstream Mbit/s",
    "vlan": "VLAN",
    "profile": "bandwidth profile",
    "remapped_vlan": "remapped VLAN",
    "port2_vlan": "second port VLAN",
    "allowed_vlans": "allowed VLANs",
    "double_tag": "double tagged",
    "outer_vlan": "outer VLAN",
    "nni": "NNI uplink",
    "poe": "PoE",
}
"""What the fields of a configuration object are called for people; the others go by their own name."""

KIND_WORDS = {ChangeKind.PROFILE: "bandwidth profile", ChangeKind.ENDPOINT: "endpoint", ChangeKind.SUBSCRIBER: "subscriber"}


def kind_of(item: ConfigObject) -> ChangeKind:
    """The kind of a configuration object."""
    match item:
        case ProfileConfig():
            return ChangeKind.PROFILE
        case EndpointConfig():
            return ChangeKind.ENDPOINT
        case SubscriberConfig():
            return ChangeKind.SUBSCRIBER


def objects(config: ShelfConfig, kind: ChangeKind) -> tuple[ConfigObject, ...]:
    """All objects of a kind."""
    match kind:
        case ChangeKind.PROFILE:
            return config.profiles
        case ChangeKind.ENDPOINT:
            return config.endpoints
        case ChangeKind.SUBSCRIBER:
            return config.subscribers


def find(config: ShelfConfig, kind: ChangeKind, name: str) -> ConfigObject | None:
    """The object of that kind and name, or None."""
    return next((item for item in objects(config, kind) if item.name == name), None)


def apply_to(config: ShelfConfig, change: Change) -> ShelfConfig:
    """The configuration a shelf has after ``change``, ids included; sorted by name, without ``raw``.

    A change that renames an object renames the references to it, because shelves store references as ids.

    :raises RuleViolation: when the shelf has no free id for an added object
    :raises KeyError: when the object to set or remove is not there
    """
    old_name = change.before.name if change.before is not None else None
    if old_name is not None and find(config, change.kind, old_name) is None:
        raise KeyError(f"the shelf has no {KIND_WORDS[change.kind]} {old_name!r}")
    kept = [item for item in objects(config, change.kind) if item.name != old_name]
    if change.after is not None:
        kept.append(_with_id(config, change, change.after))
    changed = _with_objects(config, change.kind, kept)
    if change.action is ChangeAction.SET and change.after is not None and change.after.name != old_name:
        changed = _rename_references(changed, change.kind, str(old_name), change.after.name)
    return changed


def apply_all(config: ShelfConfig, changes: Sequence[Change]) -> ShelfConfig:
    """:func:`apply_to` for several changes in order."""
    for change in changes:
        config = apply_to(config, change)
    return config


def _with_id(config: ShelfConfig, change: Change, item: ConfigObject) -> ConfigObject:
    if change.action is ChangeAction.ADD:
        return replace(item, id=allocate_id(config, item))
    present = find(config, change.kind, change.before.name if change.before is not None else change.name)
    return replace(item, id=present.id if present is not None else item.id)


def _with_objects(config: ShelfConfig, kind: ChangeKind, items: Sequence[ConfigObject]) -> ShelfConfig:
    ordered = sorted(items, key=lambda item: item.name)
    match kind:
        case ChangeKind.PROFILE:
            return replace(config, raw="", profiles=tuple(i for i in ordered if isinstance(i, ProfileConfig)))
        case ChangeKind.ENDPOINT:
            return replace(config, raw="", endpoints=tuple(i for i in ordered if isinstance(i, EndpointConfig)))
        case ChangeKind.SUBSCRIBER:
            return replace(config, raw="", subscribers=tuple(i for i in ordered if isinstance(i, SubscriberConfig)))


def _rename_references(config: ShelfConfig, kind: ChangeKind, old: str, new: str) -> ShelfConfig:
    if kind is ChangeKind.PROFILE:
        renamed = tuple(replace(s, profile=new) if s.profile == old else s for s in config.subscribers)
    elif kind is ChangeKind.ENDPOINT:
        renamed = tuple(replace(s, endpoint=new) if s.endpoint == old else s for s in config.subscribers)
    else:
        renamed = config.subscribers
    return replace(config, subscribers=renamed)


def sayable(config: ShelfConfig) -> ShelfConfig:
    """A configuration without what the command line has no words for, which is then not in its text either."""
    plain = (replace(s, trunk=False, double_tag=False, outer_vlan=None, nni=None, port=None) for s in config.subscribers)
    return replace(config, subscribers=tuple(plain), subscriber_model=SubscriberModel.ENDPOINT_AWARE, default_nni=None)


# ----------------------------------------------------------------------------------------------------------- differences


def value_text(value: object) -> str:
    """A field's value in words; nothing is an empty string."""
    if value is None or value == "" or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return str(value)


def field_diffs(before: ConfigObject | None, after: ConfigObject | None) -> tuple[FieldDiff, ...]:
    """Every field that differs, in words and in the order of the dataclass; for an add or a remove every field that is set."""
    return tuple(
        FieldDiff(FIELD_WORDS.get(name, name), value_text(old), value_text(new)) for name, old, new in changed_fields(before, after)
    )


def changed_fields(before: ConfigObject | None, after: ConfigObject | None) -> tuple[tuple[str, object, object], ...]:
    """Name, old and new value of every field that differs; for an add or a remove of every field that is set."""
    present = after if after is not None else before
    if present is None:
        return ()
    found: list[tuple[str, object, object]] = []
    for item in fields(present):
        if item.name == "id":
            continue
        old = getattr(before, item.name) if before is not None else None
        new = getattr(after, item.name) if after is not None else None
        if old != new and ((before is not None and after is not None) or value_text(old) != value_text(new)):
            found.append((item.name, old, new))
    return tuple(found)


def settle(expected: ConfigObject, actual: ConfigObject) -> ConfigObject:
    """``actual`` with what a shelf decides by itself taken back to what ``expected`` says.

    PoE that was not asked for (``None``) may be anything, PoE that is not printed is the shelf's default, which is "enable",
    and an endpoint on "auto" may have locked to a port.
    """
    if isinstance(expected, SubscriberConfig) and isinstance(actual, SubscriberConfig):
        unprinted = actual.poe is None and expected.poe is PoeMode.ENABLE
        return replace(actual, poe=expected.poe) if expected.poe is None or unprinted else actual
    if isinstance(expected, EndpointConfig) and isinstance(actual, EndpointConfig):
        return replace(actual, port=None, auto_port=True) if expected.auto_port and expected.port is None else actual
    return actual


def differences(expected: ShelfConfig, actual: ShelfConfig) -> tuple[str, ...]:
    """What is not as expected, in words, one line per field or object; empty when a shelf has what was expected."""
    found: list[str] = []
    for kind in ChangeKind:
        wanted = {item.name: item for item in objects(expected, kind)}
        present = {item.name: item for item in objects(actual, kind)}
        for name in sorted(wanted.keys() | present.keys()):
            found += _object_differences(KIND_WORDS[kind], name, wanted.get(name), present.get(name))
    if expected.subscriber_model != actual.subscriber_model:
        found.append(f"subscriber model: expected {expected.subscriber_model}, found {actual.subscriber_model}")
    if expected.default_nni != actual.default_nni:
        found.append(f"default NNI: expected {expected.default_nni or 'none'}, found {actual.default_nni or 'none'}")
    return tuple(found)


def _object_differences(word: str, name: str, wanted: ConfigObject | None, present: ConfigObject | None) -> list[str]:
    if wanted is None:
        return [f"{word} {name!r} is on the shelf and was not expected"]
    if present is None:
        return [f"{word} {name!r} is missing on the shelf"]
    return [
        f"{word} {name!r}: {diff.field} expected {diff.before or 'none'}, found {diff.after or 'none'}"
        for diff in field_diffs(wanted, settle(wanted, present))
    ]

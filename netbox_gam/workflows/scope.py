"""Which GAMs something is for: rules and mail groups name sites, device roles and tags, and each left empty means all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from extras.models import TaggedItem

from ..models import GamDevice

RELATIONS = ("sites", "roles", "scope_tags")


@dataclass(frozen=True, slots=True)
class Place:
    """What a scope asks of a GAM."""

    site: int
    role: int
    tags: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """Primary keys of sites, roles and tags."""

    sites: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    tags: frozenset[int] = frozenset()

    def covers(self, place: Place) -> bool:
        """Whether a GAM at that place is meant."""
        return (
            (not self.sites or place.site in self.sites)
            and (not self.roles or place.role in self.roles)
            and (not self.tags or bool(self.tags & place.tags))
        )


def scope_of(item: Any) -> Scope:
    """The scope of a saved rule or mail group; no query where :data:`RELATIONS` are prefetched."""
    return Scope(*(frozenset(one.pk for one in getattr(item, name).all()) for name in RELATIONS))


def places(gams: Any) -> dict[int, Place]:
    """Places of the GAMs of a queryset, in three queries."""
    rows = list(gams.values_list("pk", "device_id", "device__site_id", "device__role_id"))
    tags = tags_of({row[0]: row[1] for row in rows})
    return {pk: Place(site, role, tags.get(pk, frozenset())) for pk, _device, site, role in rows}


def tags_of(devices: Mapping[int, int]) -> dict[int, frozenset[int]]:
    """Tags of GAMs and of their devices, by GAM.

    :param devices: the device of each GAM
    """
    from dcim.models import Device

    found: dict[int, set[int]] = defaultdict(set)
    gams_of = {device: gam for gam, device in devices.items()}
    for model, owners in ((GamDevice, {gam: gam for gam in devices}), (Device, gams_of)):
        items = TaggedItem.objects.filter(content_type=ContentType.objects.get_for_model(model), object_id__in=list(owners))
        for owner, tag in items.values_list("object_id", "tag_id"):
            found[owners[owner]].add(tag)
    return {gam: frozenset(tags) for gam, tags in found.items()}

"""What the rules of firmware have to know, from NetBox's records: of an image, and of many GAMs in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from nornir_tasks.contracts import Violation
from nornir_tasks.gam.firmware import ImageFacts, ShelfFacts, next_version, violations, warnings
from nornir_tasks.gam.versions import parse_version

from ..models import DeviceState, Endpoint, EndpointState, FirmwareImage, GamDevice


def image_facts(image: FirmwareImage) -> ImageFacts:
    """An image for the rules."""
    told = f"{image.version} r{image.revision}" if image.revision else image.version
    return ImageFacts(
        family=image.family,
        version=parse_version(told),
        url=image.source_url,
        models=tuple(image.hardware_models),
        minimum=parse_version(image.minimum_version) if image.minimum_version else None,
    )


def shelf_facts(gams: Iterable[GamDevice]) -> dict[int, ShelfFacts]:
    """GAMs for the rules, as they were last read; three queries."""
    chosen = {gam.pk: gam for gam in gams}
    states = {pk: (text, images) for pk, text, images in _states(chosen)}
    models: dict[int, set[str]] = defaultdict(set)
    for pk, model in EndpointState.objects.filter(gam__in=chosen).values_list("gam_id", "model").distinct():
        models[pk].add(model)
    for pk, model in Endpoint.objects.filter(gam__in=chosen).values_list("gam_id", "model").distinct():
        models[pk].add(model)
    found = {}
    for pk, gam in chosen.items():
        software, images = states.get(pk, ("", []))
        found[pk] = ShelfFacts(str(gam), gam.hardware_model, software, revision_of(images), frozenset(models[pk]) - {""})
    return found


def _states(chosen: Iterable[int]) -> Any:
    return DeviceState.objects.filter(gam__in=list(chosen)).values_list("gam_id", "firmware", "images")


def revision_of(images: Iterable[Any]) -> str:
    """The active image's code revision, of images as they are stored; empty when it was not told."""
    return next((str(image.get("revision") or "") for image in images or () if image.get("slot") == "active"), "")


def version_of(images: Iterable[Any], slot: str) -> str:
    """An image's version text."""
    return next((str(image.get("version") or "") for image in images or () if image.get("slot") == slot), "")


def check(image: FirmwareImage, shelf: ShelfFacts, *, allow_downgrade: bool) -> tuple[Violation, ...]:
    """Every rule one GAM's upgrade breaks; a rule about steps names the version to load first."""
    facts = image_facts(image)
    found = violations(facts, shelf, allow_downgrade=allow_downgrade)
    stop = next_version(facts, shelf)
    return tuple(
        Violation(item.subject, item.field, item.value, f"{item.rule} (next: {stop})") if item.field == "step" and stop else item
        for item in found
    )


def warn(image: FirmwareImage, shelf: ShelfFacts) -> list[str]:
    """What a person should know before."""
    return list(warnings(image_facts(image), shelf))


def in_words(broken: Iterable[Violation]) -> list[str]:
    """``gam-1: family GAM-4/8-C: an image of family GAM-12/24-C does not run on it``."""
    return [f"{item.subject}: {item.field} {item.value}: {item.rule}" for item in broken]

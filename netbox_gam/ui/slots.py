"""The picture of a shelf's 15 bandwidth profile slots: pure, figures in, HTML out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..workflows.profile_slots import SLOTS

BUILT_IN = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One slot. ``state``: builtin, used, merge (used, and another profile could serve its users), unused, free."""

    number: int
    state: str
    users: int = 0
    profile: Any = None

    @property
    def told(self) -> str:
        """The cell in words."""
        if self.profile is None:
            return _("Slot %(number)s: free") % {"number": self.number}
        rates = f"{self.profile.downstream_mbps}/{self.profile.upstream_mbps} Mbit/s"
        count = ngettext("%(count)s subscriber", "%(count)s subscribers", self.users) % {"count": self.users}
        return f"{self.profile.name}: {rates}, {count}"


def cells(use: Any) -> list[Cell]:
    """The 15 slots in order; a profile whose slot is not known yet is shown in the first free one."""
    mergeable = {merge.leave.name for merge in use.merges}
    placed = {profile.id: profile for profile in use.profiles if profile.id}
    homeless = iter([profile for profile in use.profiles if not profile.id])
    found = []
    for number in range(1, SLOTS + 1):
        profile = placed[number] if number in placed else next(homeless, None)
        found.append(_cell(number, profile, use, mergeable))
    return found


def _cell(number: int, profile: Any, use: Any, mergeable: set[str]) -> Cell:
    if profile is None:
        return Cell(number, "free")
    users = use.users[profile.name]
    if profile.id == BUILT_IN:
        return Cell(number, "builtin", users, profile)
    state = "merge" if profile.name in mergeable else "used" if users else "unused"
    return Cell(number, state, users, profile)


def draw(found: Sequence[Cell]) -> SafeString:
    """A row of small squares, each with its words as tooltip; the row in a sentence for those who cannot see it."""
    squares = format_html_join("", '<span class="gam-slot gam-slot-{}" title="{}"></span>', ((c.state, c.told) for c in found))
    return format_html('<span class="gam-slots" role="img" aria-label="{}">{}</span>', spoken(found), squares)


def spoken(found: Sequence[Cell]) -> str:
    """The picture in a sentence."""
    count = {state: sum(cell.state == state for cell in found) for state in ("used", "merge", "unused", "free")}
    return _("%(used)s slots used, %(unused)s unused, %(free)s free") % {**count, "used": count["used"] + count["merge"]}

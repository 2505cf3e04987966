"""What several filter sets share."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from netbox.filtersets import PrimaryModelFilterSet

_HEX = re.compile(r"[0-9a-f]{2,12}")


def mac_fragment(text: str) -> str:
    """Part of a MAC address as PostgreSQL writes it, from any notation: ``000e.d8`` becomes ``00:0e:d8``.

    Text that is no part of a MAC address comes back as it is.
    """
    digits = re.sub(r"[:.\-\s]", "", text.lower())
    return ":".join(re.findall("..?", digits)) if _HEX.fullmatch(digits) else text


class GamFilterSet(PrimaryModelFilterSet):
    """Searches the fields named in ``search_fields``; those in ``mac_search_fields`` in any notation of a MAC address."""

    search_fields: ClassVar[tuple[str, ...]] = ()
    mac_search_fields: ClassVar[tuple[str, ...]] = ()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet[Any]:
        """Rows that have the text in one of the searched fields, the description or the comments."""
        value = value.strip()
        if not value:
            return queryset
        found = Q()
        for field in (*self.search_fields, "description", "comments"):
            found |= Q(**{f"{field}__icontains": value})
        for field in self.mac_search_fields:
            found |= Q(**{f"{field}__icontains": mac_fragment(value)})
        return queryset.filter(found)

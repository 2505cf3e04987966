"""Tabs whose number counts only what the user may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from netbox.context import current_request


def restricted_count(rows: Callable[[Any], QuerySet]) -> Callable[[Any], int]:
    """A badge for ``ViewTab``, which is told the object but not who is looking.

    :param rows: the unrestricted rows that belong to the object
    """

    def badge(instance: Any) -> int:
        request = current_request.get()
        return rows(instance).restrict(request.user, "view").count() if request else 0

    return badge

"""The checks of a connection as rows of a table."""

from __future__ import annotations

from typing import Any

from ...choices import CheckStateChoices
from ...models import BillingCheck


def rows_of(report: BillingCheck) -> list[dict[str, Any]]:
    """Its checks, the worst first, with title, label and colour."""
    labels = dict(CheckStateChoices.CHOICES)
    order = list(labels)
    rows = [
        check
        | {
            "title": check["name"].replace("_", " ").capitalize(),
            "label": labels[check["state"]],
            "color": CheckStateChoices.colors[check["state"]],
        }
        for check in report.checks
    ]
    return sorted(rows, key=lambda row: order.index(row["state"]))

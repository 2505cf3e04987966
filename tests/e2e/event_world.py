"""A NetBox that knows a whole town and was reconciled with both billing systems: ``python -m tests.e2e.event_world ...``.

Runs inside NetBox's environment, on a migrated and empty database.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from development.town_builder import build_town

SEED = 7
OPTIONS = {"requests_per_minute": 100_000, "retries": 1, "read_seconds": 20}


def write(shelves: int, sonar: str, splynx: str) -> dict[str, int]:
    """Everything; the keys of the billing systems by type."""
    from django.contrib.auth import get_user_model

    from development.seed import seed
    from netbox_gam.context import acting_as
    from netbox_gam.models import BillingSystem
    from netbox_gam.workflows import reconciliation
    from tests.netbox_gam.workflows.bulk_town import write_town

    town = build_town(SEED, shelves)
    seed(town, sonar, splynx)
    with acting_as(get_user_model().objects.get(username="admin")):
        write_town(town)
        for kind, name in (("sonar", "sonar_webhook_path_secret"), ("splynx", "splynx_hook_secret")):
            system = BillingSystem.objects.get(type=kind)
            # A full run in the middle would put right what an event did not do.
            system.webhook_secret, system.options, system.interval = town.accounts[name], OPTIONS, 10_000
            system.save()
        for _ in range(2):
            for system in BillingSystem.objects.all():
                reconciliation.reconcile(system)
    return dict(BillingSystem.objects.values_list("type", "pk"))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.event_world", description="A town in NetBox.")
    parser.add_argument("--shelves", type=int, required=True)
    parser.add_argument("--sonar", required=True)
    parser.add_argument("--splynx", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    import django

    django.setup()
    written = write(arguments.shelves, arguments.sonar, arguments.splynx)
    arguments.out.write_text(json.dumps(written))


if __name__ == "__main__":
    main()

"""A CSV file of changes through NetBox: ``python -m tests.bench.netbox_file FLEET.json --gams 12 --rows 300 --bad 20``.

Subscribers in service are suspended, new ones are put into service on endpoints that were never seen, and some rows are wrong.
Prints JSON: seconds of naming the wrong rows, planning without them and applying, and what was true in between.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

WRONG = (
    "dance,{name},{gam},,,,",
    "suspend,{name},gam-of-nobody,,,,",
    "suspend,nobody-{line},{gam},,,,",
    "activate,new-{line},{gam},00:0e:d8:ff:ff:ff,,,",
    "change_plan,{name},{gam},,,warp-9,",
    "activate,new-{line},{gam},,,,4095",
    "suspend,{name},{gam},,,,120",
    "change_plan,{name},{gam},,,,",
)
"""Rows that are wrong, each in another way."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--gams", type=int, default=12)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--bad", type=int, default=20)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "netbox.settings")
    import django

    django.setup()
    from netbox_gam.context import acting_as

    from .netbox_changes import prepare

    found = json.loads(options.file.read_text())
    user = prepare(found)
    with acting_as(user):
        print(json.dumps(carry_out(list(found["names"])[: options.gams], options.rows, options.bad, user)))


def carry_out(names: Sequence[str], rows: int, bad: int, user: Any) -> dict[str, Any]:
    """Upload, see what is wrong, leave that out, have it approved by somebody else, apply."""
    from django.contrib.auth import get_user_model

    from netbox_gam.models import ApprovalRule, ChangePlan, Subscriber
    from netbox_gam.workflows import change_batches, change_files

    lines, wrong = file_of(names, rows, bad)
    ApprovalRule.objects.create(name="Large ones", min_gams=2, second_person=True)
    second = get_user_model().objects.create(username="second", is_superuser=True)
    before = Subscriber.objects.count()
    marks = [time.perf_counter()]
    batch = change_files.receive("\n".join(["verb,name,gam,endpoint,port,plan,vlan", *lines]), user=user)
    change_files.plan_rows(batch, user=user)
    marks.append(time.perf_counter())
    named = {line for item in batch.problems for line in item["rows"]}
    written = ChangePlan.objects.count() + Subscriber.objects.count() - before
    change_files.plan_rows(batch, user=user, leave_out=True)
    marks.append(time.perf_counter())
    refused = len(change_batches.apply_batch(batch, user=user).problems)
    change_batches.approve_batch(batch, user=second)
    marks.append(time.perf_counter())
    report = change_batches.apply_batch(batch, user=user)
    marks.append(time.perf_counter())
    plans = list(batch.change_plans.select_related("gam__device").prefetch_related("steps"))
    return {
        "seconds": dict(zip(("naming", "planning", "approving", "applying"), map(sub, marks[1:], marks), strict=True)),
        "named": len(named),
        "named_exactly": named == wrong,
        "written_before": written,
        "refused_before_approval": refused,
        "plans": len(plans),
        "services": sum(plan.subscribers.count() for plan in plans),
        "report": report.as_dict(),
        "lines": {plan.gam.device.name: [line for step in plan.steps.all() for line in step.sent] for plan in plans},
    }


def sub(later: float, earlier: float) -> float:
    """The time between."""
    return later - earlier


def file_of(names: Sequence[str], rows: int, bad: int) -> tuple[list[str], set[int]]:
    """Lines of the file, and which of them (counted as an editor does) are wrong."""
    good = cycle([good_rows(name, at) for at, name in enumerate(names)])
    lines = [next(one) for one in islice(good, rows - bad)]
    step, wrong = rows // bad, set()
    for at in range(bad):
        name, gam = f"bad-{at}", names[at % len(names)]
        lines.insert(at * step, WRONG[at % len(WRONG)].format(name=name, gam=gam, line=at))
        wrong.add(at * step + 2)
    return lines, wrong


def good_rows(name: str, at: int) -> Iterator[str]:
    """First every subscriber in service is suspended, then new ones come, each on an endpoint on any port."""
    from netbox_gam.models import BandwidthPlan, Endpoint, GamDevice, Subscriber

    gam = GamDevice.objects.get(device__name=name)
    served = Subscriber.objects.filter(gam=gam, status="active", vlan__isnull=False).select_related("bandwidth_plan")
    plan = next((item.bandwidth_plan for item in served if item.bandwidth_plan), None) or BandwidthPlan.objects.first()
    for item in served:
        yield f"suspend,{item.name},{name},,,,"
    for number in range(1, 255):
        mac = f"00:0e:d8:fe:{at:02x}:{number:02x}"
        Endpoint.objects.create(mac_address=mac, gam=gam, auto_port=True, model="G1001-C")
        yield f"activate,new-{at}-{number},{name},{mac},,{plan.name},"


if __name__ == "__main__":
    main()

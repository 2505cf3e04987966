"""For any shelf: a verb and its inverse give back what was, and what is as wanted needs no plan. Pure."""

from __future__ import annotations

from typing import Any

from django.test import SimpleTestCase
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from ipam.models import VLAN

from netbox_gam.models import BandwidthPlan, Endpoint, GamDevice, GamPort, Subscriber, SuspensionPolicy
from netbox_gam.workflows import suspension
from netbox_gam.workflows.desired import desired_config
from nornir_tasks.changes.planner import plan_shelf
from nornir_tasks.changes.state import apply_all
from nornir_tasks.contracts import ShelfConfig, SubscriberConfig, Transport
from tests.nornir_tasks.strategies import cli_configs

MODES = ("walled_garden", "throttle", "removal")
ANY = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def intent_of(config: ShelfConfig, item: SubscriberConfig) -> Subscriber:
    """NetBox's subscriber that is just what the shelf has."""
    gam = GamDevice(pk=1)
    on = next(endpoint for endpoint in config.endpoints if endpoint.name == item.endpoint)
    port = GamPort(pk=on.port, gam=gam, number=on.port) if on.port else None
    endpoint = Endpoint(
        pk=1, mac_address=on.mac, name=on.name, gam=gam, port=port, auto_port=on.auto_port and not on.port, status="configured"
    )
    profile = next((profile for profile in config.profiles if profile.name == item.profile), None)
    plan = BandwidthPlan(pk=1, name="Sold as something else", unthrottled=True)
    if profile is not None:
        plan = BandwidthPlan(pk=1, name="Sold as something else")
        plan.downstream_shelf_mbps, plan.upstream_shelf_mbps = profile.downstream_mbps, profile.upstream_mbps
    return Subscriber(
        pk=1, name=item.name, status="active", gam=gam, endpoint=endpoint, bandwidth_plan=plan, vlan=VLAN(pk=1, vid=item.vlan),
        tagged=item.tagged, remapped_vid=item.remapped_vlan, port2_vid=item.port2_vlan, allowed_vids=list(item.allowed_vlans),
        trunk=item.trunk, double_tagged=item.double_tag, poe_mode="",
    )  # fmt: skip


def planned(subscriber: Subscriber, actual: ShelfConfig, renames: dict[str, str] | None = None) -> tuple[Any, ShelfConfig]:
    """The plan for a subscriber as it is now, and what the shelf has after it."""
    wanted, removals = desired_config([subscriber], actual, renames)
    plan = plan_shelf("shelf", Transport.JSONRPC, actual, wanted, removals, renames=renames)
    return plan, apply_all(actual, [step.change for step in plan.steps])


def put(subscriber: Subscriber, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(subscriber, name, value)


class PropertyTests(SimpleTestCase):
    def served(self, config: ShelfConfig, data: Any) -> Subscriber:
        """Intent for one of the shelf's services, which needs no plan."""
        served = [item for item in config.subscribers if item.endpoint and item.vlan != 4094]
        assume(served)
        subscriber = intent_of(config, data.draw(st.sampled_from(served)))
        plan, _ = planned(subscriber, config)
        assume(not plan.violations)
        self.assertEqual(plan.steps, ())
        return subscriber

    @ANY
    @given(cli_configs(), st.data())
    def test_suspending_and_resuming_gives_back_what_was_in_every_mode(self, config: ShelfConfig, data: Any) -> None:
        subscriber = self.served(config, data)
        slow = BandwidthPlan(pk=2, name="Slow", downstream_shelf_mbps=11, upstream_shelf_mbps=11)
        for mode in MODES:
            policy = SuspensionPolicy(mode=mode, vid=4000 if mode == "walled_garden" else None)
            policy.bandwidth_plan = slow if mode == "throttle" else None
            put(subscriber, suspension.cut_off(subscriber, policy, config))
            plan, off = planned(subscriber, config)
            if not plan.violations:
                self.assertEqual(planned(subscriber, off)[0].steps, (), mode)
                put(subscriber, {**suspension.in_service(subscriber, off), "status": "active"})
                plan, back = planned(subscriber, off)
                self.assertEqual(plan.violations, ())
                self.assertEqual((back.subscribers, back.endpoints), (config.subscribers, config.endpoints), mode)
                self.assertEqual(planned(subscriber, back)[0].steps, (), mode)
            put(subscriber, {**suspension.IN_SERVICE, "status": "active", "before_suspension": None})

    @ANY
    @given(cli_configs(), st.data())
    def test_renaming_and_renaming_back_gives_back_what_was(self, config: ShelfConfig, data: Any) -> None:
        subscriber = self.served(config, data)
        old = subscriber.name
        assume(all(item.name != "Another name" for item in config.subscribers))
        subscriber.name = "Another name"
        plan, renamed = planned(subscriber, config, {"Another name": old})
        self.assertEqual([(step.change.action, step.change.before.name) for step in plan.steps], [("set", old)])
        self.assertEqual(sum("option 82" in warning.rule for warning in plan.warnings), 1)
        self.assertEqual(plan.interrupts, ())
        self.assertEqual(planned(subscriber, renamed)[0].steps, ())
        subscriber.name = old
        _, back = planned(subscriber, renamed, {old: "Another name"})
        self.assertEqual(back.subscribers, config.subscribers)

    @ANY
    @given(cli_configs(), st.data(), st.booleans(), st.integers(100, 900))
    def test_other_vlan_settings_and_back_give_back_what_was(self, config: ShelfConfig, data: Any, tagged: bool, vid: int) -> None:
        subscriber = self.served(config, data)
        before = {name: getattr(subscriber, name) for name in ("vlan", "tagged", "remapped_vid")}
        put(subscriber, {"vlan": VLAN(pk=2, vid=vid), "tagged": tagged, "remapped_vid": 77})
        plan, changed = planned(subscriber, config)
        assume(not plan.violations)
        self.assertEqual(planned(subscriber, changed)[0].steps, ())
        put(subscriber, before)
        _, back = planned(subscriber, changed)
        self.assertEqual(back.subscribers, config.subscribers)

"""The configuration safe over real SSH and HTTP: what goes in once, what comes out masked, and the way back."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta

from core.models import ObjectType
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import SimpleTestCase, override_settings
from users.models import ObjectPermission

from netbox_gam.choices import ConfigBackupKindChoices as Kind
from netbox_gam.exceptions import InvalidState, NotAllowed, SecretError
from netbox_gam.models import ChangePlan, ConfigBackup, ConfigBackupState, Endpoint, GamDevice, Subscriber
from netbox_gam.workflows import backup_store, backups, provisioning, replacement, secrets, services
from netbox_gam.workflows.backup_store import expendable

from .town import COPPER_SHELF, JSONRPC_SHELF, SSH_SHELF, TownTestCase

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLOSED_PORT = 9


class KeepRuleTests(SimpleTestCase):
    def test_all_of_the_last_days_then_the_newest_of_each_week_and_the_newest_always(self) -> None:
        seen = [(day, NOW - timedelta(days=day)) for day in (1, 5, 9, 10, 16, 17, 40)]
        gone = expendable(seen, NOW, days=7, weeks=3)
        self.assertEqual(sorted(gone), [10, 17, 40])
        self.assertEqual(expendable([(40, NOW - timedelta(days=400))], NOW, days=7, weeks=3), [], "the newest is always kept")


class SafeTests(TownTestCase):
    def take(self, index: int = SSH_SHELF) -> tuple[ConfigBackup, bool]:
        return backups.take(self.gam(index), reason=Kind.MANUAL, user=self.user)

    def by_hand(self, index: int, name: str, vlan: int) -> None:
        """Somebody changes a service's VLAN on the shelf."""

        def change() -> None:
            config = self.shelf(index).running
            row = next(item for item in config.subscribers.values() if item.name == name)
            row.vlan = vlan

        self.fleet.call(change)

    def config(self, index: int) -> object:
        return self.fleet.call(lambda: repr(self.shelf(index).running))

    def test_the_same_content_is_kept_once_and_a_change_by_hand_is_new(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                first, new = self.take(index)
                again, new_again = self.take(index)
                self.assertEqual((first.pk, new, new_again), (again.pk, True, False))
                self.assertGreater(again.last_seen, first.taken)
                subscriber = self.active_subscriber(index)
                self.by_hand(index, subscriber.name, 777)
                changed, is_new = self.take(index)
                self.assertTrue(is_new)
                found = backups.compare(changed, first)
                self.assertEqual((found.older, found.newer, found.added, found.removed), (first, changed, 1, 1))
                row = next(row for row in found.rows if row.kind == "changed")
                self.assertIn(f"vid {subscriber.vlan.vid}", row.left)
                self.assertIn("vid 777", row.right)
                self.assertIn("+" + row.right, found.unified)

    def test_a_restore_is_a_plan_that_brings_back_exactly_what_was(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                before = self.config(index)
                backup, _ = self.take(index)
                kept, gone = list(Subscriber.objects.filter(gam=self.gam(index), status="active").order_by("name")[:2])
                self.by_hand(index, kept.name, 777)
                provisioning.apply_plan(services.terminate(gone, user=self.user), user=self.user)
                self.assertNotEqual(self.config(index), before)
                wrote = len(self.all_writes())
                plan = backups.restore(backup, user=self.user)
                self.assertEqual(len(self.all_writes()), wrote, "planning sends nothing")
                self.assertEqual(plan.status, "planned")
                self.assertTrue(any(f"subscriber {gone.name}" in note for note in plan.notes), plan.notes)
                provisioning.apply_plan(plan, user=self.user)
                self.assertEqual((plan.status, plan.error, plan.difference), ("applied", "", []))
                now, new = self.take(index)
                self.assertEqual((now.pk, new), (backup.pk, False), backups.compare(now, backup).unified)
                gone.refresh_from_db()
                self.assertEqual(gone.status, "terminated", "NetBox stays as it is")

    def test_what_a_plan_finds_is_in_the_safe_before_it_writes(self) -> None:
        for index in (SSH_SHELF, JSONRPC_SHELF):
            with self.subTest(shelf=self.town.shelves[index].name):
                plan = services.suspend(self.active_subscriber(index), user=self.user)
                provisioning.apply_plan(plan, user=self.user)
                backup = plan.backups.get()
                self.assertEqual((backup.kind, backup.gam, backup.requested_by), (Kind.BEFORE_CHANGE, plan.gam, self.user))
                undo = backups.restore(backup, user=self.user)
                self.assertEqual([step.name for step in undo.steps.all()], [step.name for step in plan.steps.all()][-1:])

    def test_no_secret_is_stored_in_clear_or_shown(self) -> None:
        backup, _ = self.take()
        whole = backup_store.content(backup)
        secret = b64encode(self.town.accounts["gam_password"].encode()).decode()
        self.assertIn(secret, whole, "the shelf's configuration holds it, or this proves nothing")
        with connection.cursor() as cursor:
            cursor.execute("SELECT sealed || masked FROM netbox_gam_configtext")
            stored = "".join(row[0] for row in cursor.fetchall())
        self.assertNotIn(secret, stored)
        self.assertNotIn(secret, backups.compare(backup, backup).unified)
        self.assertIn("********", backup_store.masked(backup))
        self.assertEqual(ConfigBackup.objects.filter(text__masked__icontains=secret).count(), 0)

    def test_keys_are_rotated_without_a_second_row_or_a_loss(self) -> None:
        backup, _ = self.take()
        from netbox_gam import settings

        old, new = settings.encryption_keys()[0], Fernet.generate_key().decode()
        plugins = {"netbox_gam": {**self.plugin_settings(), "encryption_keys": [new, old]}}
        with override_settings(PLUGINS_CONFIG=plugins):
            self.assertEqual(self.take()[0].pk, backup.pk, "found by the digest under the old key")
            secrets.rotate_all()
        plugins["netbox_gam"]["encryption_keys"] = [new]
        with override_settings(PLUGINS_CONFIG=plugins):
            backup.text.refresh_from_db()
            self.assertIn("end", backup_store.content(backup))
            ConfigBackup.objects.filter(pk=backup.pk).update(digest="0" * 64)
            text = backup_store.content(backup)
            self.assertEqual(backup_store.keep(backup.gam, text, kind=Kind.MANUAL)[0].pk, backup.pk, "found by its content")
        with self.assertRaisesMessage(SecretError, "cannot be decrypted"):
            backup_store.content(backup)

    def plugin_settings(self) -> dict[str, object]:
        from django.conf import settings as django_settings

        return dict(django_settings.PLUGINS_CONFIG["netbox_gam"])

    def test_without_a_key_changes_go_on_and_a_backup_says_what_to_do(self) -> None:
        plan = services.suspend(self.active_subscriber(SSH_SHELF), user=self.user)
        plugins = {"netbox_gam": {**self.plugin_settings(), "encryption_keys": []}}
        credential = self.gam(SSH_SHELF).credential_profile
        target = provisioning.target_of(self.gam(SSH_SHELF))
        with override_settings(PLUGINS_CONFIG=plugins):
            with self.assertLogs("netbox.plugins.netbox_gam.backups", "WARNING"):
                backup_store.keep_before(plan, "hostname x\nend\n")
            self.assertEqual(backups.claim_due(), [])
        self.assertEqual((ConfigBackup.objects.count(), bool(credential), bool(target)), (0, True, True))

    def test_the_schedule_hands_out_what_is_due_once_and_says_why_it_failed(self) -> None:
        GamDevice.objects.exclude(pk__in=[self.gam(SSH_SHELF).pk, self.gam(COPPER_SHELF).pk]).update(polling_enabled=False)
        due = backups.claim_due()
        self.assertEqual(sorted(due), sorted([self.gam(SSH_SHELF).pk, self.gam(COPPER_SHELF).pk]))
        self.assertEqual(backups.claim_due(), [], "claimed")
        self.assertTrue(backups.take_scheduled(self.gam(SSH_SHELF).pk))
        self.assertEqual(ConfigBackup.objects.get().kind, Kind.SCHEDULED)
        GamDevice.objects.filter(pk=self.gam(COPPER_SHELF).pk).update(ssh_port=CLOSED_PORT)
        self.assertFalse(backups.take_scheduled(self.gam(COPPER_SHELF).pk))
        state = ConfigBackupState.objects.get(gam=self.gam(COPPER_SHELF))
        self.assertIn("could not be read", state.error)
        good = ConfigBackupState.objects.get(gam=self.gam(SSH_SHELF))
        self.assertEqual(good.error, "")
        self.assertGreater(good.next_due - good.succeeded, timedelta(hours=20))


class ReplaceTests(TownTestCase):
    """The town's GAM-12-M dies, its GAM-24-M is the successor."""

    def forget(self, index: int) -> GamDevice:
        """Nobody is on that GAM in NetBox."""
        gam = self.gam(index)
        Subscriber.objects.filter(gam=gam).delete()
        Endpoint.objects.filter(gam=gam).delete()
        GamDevice.objects.filter(pk=gam.pk).update(vlan_pool=None)
        return self.gam(index)

    def wipe(self, index: int) -> None:
        """As out of the box."""

        def wipe() -> None:
            config = self.shelf(index).running
            config.subscribers.clear()
            config.endpoints.clear()
            for key in [key for key in config.profiles if key != 1]:
                del config.profiles[key]

        self.fleet.call(wipe)

    def unplug(self, index: int) -> GamDevice:
        GamDevice.objects.filter(pk=self.gam(index).pk).update(http_port=CLOSED_PORT, ssh_port=CLOSED_PORT)
        return self.gam(index)

    def served(self, index: int) -> dict[str, tuple[object, ...]]:
        """VLAN, endpoint with its place, and rates by service, as the shelf has them."""

        def look() -> dict[str, tuple[object, ...]]:
            config = self.shelf(index).running
            found: dict[str, tuple[object, ...]] = {}
            for item in config.subscribers.values():
                endpoint = config.endpoints.get(item.endpoint_id)
                profile = config.profiles.get(item.profile_id)
                found[item.name] = (
                    (item.vlan, item.description),
                    endpoint and (endpoint.name, endpoint.mac, endpoint.port, endpoint.description),
                    profile and (profile.ds, profile.us),
                )
            return found

        return self.fleet.call(look)

    def test_everything_of_a_dead_shelf_is_on_its_successor(self) -> None:
        old, new = self.gam(JSONRPC_SHELF), self.forget(COPPER_SHELF)
        self.wipe(COPPER_SHELF)
        backups.take(old, reason=Kind.MANUAL, user=self.user)
        before = self.served(JSONRPC_SHELF)
        mine = Subscriber.objects.filter(gam=old, status__in=("active", "suspended"))
        names = set(mine.values_list("name", flat=True))
        self.assertTrue(names)
        with self.assertRaisesMessage(InvalidState, "still answers"):
            replacement.replace_shelf(old, new, user=self.user)
        self.break_shelf(JSONRPC_SHELF, garbage=["jsonrpc"])
        with self.assertRaisesMessage(InvalidState, "still answers"):
            replacement.replace_shelf(old, new, user=self.user)
        self.break_shelf(JSONRPC_SHELF, garbage=[])
        old = self.unplug(JSONRPC_SHELF)
        plan = replacement.replace_shelf(old, new, user=self.user)
        self.assertEqual((plan.gam, plan.status, self.writes(COPPER_SHELF)), (new, "planned", []))
        self.assertEqual(Subscriber.objects.filter(gam=new, name__in=names).count(), len(names))
        provisioning.cancel(plan, user=self.user)
        self.assertEqual((new.subscribers.count(), new.endpoints.count(), plan.error), (0, 0, ""), "given back")
        self.assertIsNone(self.gam(COPPER_SHELF).vlan_pool)
        plan = replacement.replace_shelf(old, self.gam(COPPER_SHELF), user=self.user)
        provisioning.apply_plan(plan, user=self.user)
        self.assertEqual((plan.status, plan.error, plan.difference), ("applied", "", []))
        after = self.served(COPPER_SHELF)
        self.assertEqual(after, {name: before[name] for name in names})
        self.assertTrue(self.is_saved(COPPER_SHELF))
        self.assertEqual(self.gam(COPPER_SHELF).vlan_pool, old.vlan_pool)
        self.assertFalse(Endpoint.objects.filter(gam=old).exists())
        for subscriber in Subscriber.objects.filter(gam=new, name__in=names):
            self.assertEqual(services.plan(subscriber, user=self.user).status, "nothing_to_do", subscriber.name)

    def test_what_does_not_fit_is_refused_and_nothing_changes(self) -> None:
        old = self.unplug(JSONRPC_SHELF)
        count = old.subscribers.count()
        for make, words in (
            (lambda: old, "cannot take its own place"),
            (lambda: self.gam(COPPER_SHELF), "of its own in NetBox"),
            (lambda: self.forget(SSH_SHELF), "one is coax, the other copper"),
            (lambda: self.forget(COPPER_SHELF), "is not empty"),
        ):
            with self.subTest(words):
                successor = make()
                with self.assertRaisesMessage(InvalidState, words):
                    replacement.replace_shelf(old, successor, user=self.user)
        self.assertFalse(ChangePlan.objects.exists())
        self.assertEqual((old.subscribers.count(), self.all_writes()), (count, []))

    def test_it_takes_the_permission_on_both(self) -> None:
        somebody = get_user_model().objects.create(username="somebody")
        old, new = self.gam(JSONRPC_SHELF), self.gam(COPPER_SHELF)
        permission = ObjectPermission.objects.create(name="replace", actions=["replace"], constraints={"pk": old.pk})
        permission.object_types.add(ObjectType.objects.get_for_model(GamDevice))
        permission.users.add(somebody)
        with self.assertRaisesMessage(NotAllowed, str(new)):
            replacement.replace_shelf(old, new, user=somebody)

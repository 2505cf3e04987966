"""A wrong setting stops NetBox at start, with the setting's name and value."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

from netbox_gam import GamConfig, settings


class SettingsTests(SimpleTestCase):
    def configure(self, **values: Any) -> Any:
        return patch.dict(django_settings.PLUGINS_CONFIG["netbox_gam"], values)

    def test_the_defaults_are_fine(self) -> None:
        with self.configure(**GamConfig.default_settings):
            settings.check()
            self.assertEqual(settings.suspended_vlan(), 4094)
            self.assertEqual(settings.secret_env_prefix(), "GAM_")
            self.assertEqual(settings.secret_file_dirs(), ("/run/secrets",))
            self.assertEqual(settings.encryption_keys(), ())
            self.assertEqual((settings.guard_limits().shrink_percent, settings.guard_limits().cut_count), (5.0, 25))

    def test_wrong_values_are_named(self) -> None:
        cases: list[tuple[str, list[Any]]] = [
            ("encryption_keys", ["one key, not a list", [1, 2], [b"bytes"]]),
            ("secret_file_dirs", ["/run/secrets", [None]]),
            ("poll_workers", [0, -1, "20", None, True, 0.5]),
            ("poll_deadline_seconds", [0, "60"]),
            ("provision_deadline_seconds", [0.9, []]),
            ("provision_workers", [0, "many"]),
            ("provision_per_site", [0, None]),
            ("poll_batch_size", [0, "50", None]),
            ("cycle_deadline_seconds", [0, "20"]),
            ("lease_margin_seconds", [4, None]),
            ("slow_seconds", [0, "3"]),
            ("backoff_cap_seconds", [9, True]),
            ("hint_seconds", [0, "10"]),
            ("suspended_vlan", [1, 2, 4095, 3840, "4094", None]),
            ("guard_shrink_percent", [-1, "5"]),
            ("guard_shrink_count", [-1, None]),
            ("guard_cut_percent", [-0.1, {}]),
            ("guard_cut_count", ["25", False]),
            ("retention_days", [0, "forever", {"2m": 1}, {"raw": 0}, {"raw": "7"}, {"raw": 70}]),
        ]
        self.assertLessEqual({name for name, _ in cases}, set(GamConfig.default_settings))
        for name, values in cases:
            for value in values:
                with (
                    self.subTest(name=name, value=str(value)),
                    self.configure(**{name: value}),
                    self.assertRaisesMessage(ImproperlyConfigured, name),
                ):
                    settings.check()

    def test_keys_are_not_shown(self) -> None:
        with self.configure(encryption_keys="canary-key"), self.assertRaises(ImproperlyConfigured) as caught:
            settings.check()
        self.assertNotIn("canary-key", str(caught.exception))

    def test_numbers_come_as_the_type_they_are_used_as(self) -> None:
        with self.configure(poll_workers=20.0, poll_deadline_seconds=60, retention_days={"raw": 3}):
            self.assertIs(type(settings.poll_workers()), int)
            self.assertIs(type(settings.poll_deadline_seconds()), float)
            self.assertEqual((settings.retention_days("raw"), settings.retention_days("1h")), (3, 400))

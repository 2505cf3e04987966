"""Secrets at rest: what is sealed, what a reference may lead to, and what is said when a secret cannot be opened."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.fernet import Fernet
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import SimpleTestCase, TestCase
from hypothesis import given
from hypothesis import strategies as st

from netbox_gam import credentials
from netbox_gam.credentials import check_reference, is_sealed, open_secret, rotate, seal
from netbox_gam.exceptions import SecretError
from netbox_gam.models import CredentialProfile

from . import factories

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
CANARY = "canary-41b7 ünï"


class SecretCase(SimpleTestCase):
    """Base: own keys, and one allowed directory."""

    def setUp(self) -> None:
        super().setUp()
        self.outside = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve()
        self.allowed = self.outside / "secrets"
        self.allowed.mkdir()
        self.configure(keys=(OLD,))
        self.enterContext(patch.object(credentials.settings, "secret_file_dirs", lambda: (str(self.allowed),)))
        self.enterContext(patch.object(credentials.settings, "secret_env_prefix", lambda: "GAM_"))

    def configure(self, keys: tuple[str, ...]) -> None:
        self.enterContext(patch.object(credentials.settings, "encryption_keys", lambda: keys))

    def assert_refused(self, call: Any, *values: Any, words: str = "") -> SecretError:
        with self.assertRaises(SecretError) as caught:
            call(*values)
        text = str(caught.exception)
        self.assertIn(words, text)
        self.assertNotIn(CANARY, text)
        # What hangs on an exception ends in logs too.
        self.assertNotIn(CANARY, repr(caught.exception.__cause__))
        return caught.exception


class SealingTests(SecretCase):
    @given(st.text(min_size=1).filter(lambda text: not text.startswith(("env:", "file:"))))
    def test_what_was_sealed_opens_and_sealing_again_changes_nothing(self, text: str) -> None:
        stored = seal(text)
        self.assertTrue(stored.startswith("enc:"))
        self.assertTrue(is_sealed(stored))
        self.assertEqual(seal(stored), stored)
        self.assertEqual(open_secret(stored), text)

    def test_the_same_secret_never_looks_the_same(self) -> None:
        self.assertEqual(len({seal(CANARY) for _ in range(5)}), 5)

    def test_nothing_stays_nothing(self) -> None:
        self.assertEqual((seal(""), open_secret(""), rotate("")), ("", "", ""))
        self.assertTrue(is_sealed(""))

    def test_clear_text_is_not_sealed(self) -> None:
        self.assertFalse(is_sealed(CANARY))

    def test_a_password_that_looks_like_ciphertext_is_sealed_like_any_other(self) -> None:
        for text in ("enc:hunter2", "enc:", "enc:gAAAA"):
            with self.subTest(text=text):
                stored = seal(text)
                self.assertNotEqual(stored, text)
                self.assertEqual(open_secret(stored), text)

    def test_no_key_refuses_clear_text_and_lets_references_pass(self) -> None:
        self.configure(keys=())
        self.assert_refused(seal, CANARY, words="encryption_keys")
        self.assertEqual(seal("env:GAM_PASSWORD"), "env:GAM_PASSWORD")
        self.assertEqual(seal(""), "")

    def test_a_key_that_is_none_is_named_without_showing_it(self) -> None:
        for key in ("short", CANARY, NEW[:-4]):
            self.configure(keys=(key,))
            error = self.assert_refused(seal, "x", words="not a Fernet key")
            self.assertNotIn(key, str(error))
            self.assertIn("generate_key", error.next_step)


class OpeningTests(SecretCase):
    def test_a_wrong_key_says_whose_secret_it_is(self) -> None:
        stored = seal(CANARY)
        self.configure(keys=(NEW,))
        error = self.assert_refused(lambda: open_secret(stored, owner='credential profile "Field"'), words='profile "Field"')
        self.assertNotIn(stored, str(error))

    def test_no_key_at_all(self) -> None:
        stored = seal(CANARY)
        self.configure(keys=())
        self.assert_refused(open_secret, stored, words="No encryption key")

    def test_damaged_ciphertext(self) -> None:
        stored = seal(CANARY)
        for damaged in (stored[:-8], stored.replace("enc:g", "enc:h"), "enc:", "enc:ü"):
            self.assert_refused(open_secret, damaged, words="cannot be decrypted")

    def test_clear_text_in_the_database_is_not_taken_for_a_secret(self) -> None:
        self.assert_refused(open_secret, CANARY, words="unknown form")

    def test_environment(self) -> None:
        with patch.dict(os.environ, {"GAM_PASSWORD": CANARY}):
            self.assertEqual(open_secret("env:GAM_PASSWORD"), CANARY)
        with patch.dict(os.environ):
            os.environ.pop("GAM_PASSWORD", None)
            self.assert_refused(open_secret, "env:GAM_PASSWORD", words="GAM_PASSWORD")

    def test_files(self) -> None:
        path = self.allowed / "gam"
        path.write_text(f"{CANARY}\r\n")
        self.assertEqual(open_secret(f"file:{path}"), CANARY)
        path.write_text(f" {CANARY} \n")
        self.assertEqual(open_secret(f"file:{path}"), f" {CANARY} ", "only the line end is not part of the secret")

    def test_files_that_cannot_be_read(self) -> None:
        binary = self.allowed / "binary"
        binary.write_bytes(b"\xff\xfe\x00")
        (self.allowed / "folder").mkdir()
        for name in ("missing", "folder", "binary"):
            with self.subTest(name=name):
                self.assert_refused(open_secret, f"file:{self.allowed / name}", words="cannot be read")


class ReferenceTests(SecretCase):
    def test_variables_without_the_prefix_are_refused(self) -> None:
        for name in ("SECRET_KEY", "NETBOX_GAM_KEY", "gam_password", "", "GAM_A B", "GAM_$(id)", "GAM_A=1", " GAM_A"):
            with self.subTest(name=name):
                for call in (check_reference, seal, open_secret):
                    self.assert_refused(call, f"env:{name}", words="not allowed")

    def test_files_outside_the_directories_are_refused(self) -> None:
        outside = self.outside / "key"
        outside.write_text(CANARY)
        (self.allowed / "link").symlink_to(outside)
        (self.outside / "secrets-of-others").mkdir()
        (self.outside / "secrets-of-others" / "key").write_text(CANARY)
        (self.allowed / "folder").symlink_to(self.outside / "secrets-of-others")
        for path in (
            outside,
            "/etc/passwd",
            f"{self.allowed}/../key",
            f"{self.allowed}/./x/../../key",
            f"{self.allowed}/link",
            f"{self.allowed}/folder/key",
            f"{self.allowed}-of-others/key",
            "key",
            "",
            "~/key",
            "//etc/passwd",
        ):
            with self.subTest(path=str(path)):
                for call in (check_reference, seal, open_secret):
                    self.assert_refused(call, f"file:{path}", words="not allowed")

    def test_a_link_made_after_the_reference_was_stored_is_refused_when_it_is_opened(self) -> None:
        path = self.allowed / "gam"
        path.write_text("fine")
        stored = seal(f"file:{path}")
        path.unlink()
        path.symlink_to(self.outside / "key")
        (self.outside / "key").write_text(CANARY)
        self.assert_refused(open_secret, stored, words="not allowed")

    def test_links_inside_the_directory_are_fine(self) -> None:
        # Kubernetes mounts secrets as links to a hidden folder beside them.
        (self.allowed / "..data").mkdir()
        (self.allowed / "..data" / "gam").write_text(CANARY)
        (self.allowed / "gam").symlink_to(self.allowed / "..data" / "gam")
        self.assertEqual(open_secret(f"file:{self.allowed / 'gam'}"), CANARY)

    def test_no_directory_allowed(self) -> None:
        self.enterContext(patch.object(credentials.settings, "secret_file_dirs", lambda: ()))
        self.assert_refused(seal, "file:/run/secrets/gam", words="(none)")

    def test_names_with_a_zero_byte(self) -> None:
        self.assert_refused(seal, f"file:{self.allowed}/a\0b", words="not allowed")


class RotationTests(SecretCase):
    def test_rotating_moves_to_the_newest_key(self) -> None:
        stored = seal(CANARY)
        self.configure(keys=(NEW, OLD))
        self.assertEqual(open_secret(stored), CANARY, "the old key still opens")
        moved = rotate(stored)
        self.configure(keys=(NEW,))
        self.assertEqual(open_secret(moved), CANARY)
        self.assert_refused(open_secret, stored)

    def test_references_pass(self) -> None:
        for stored in ("env:GAM_PASSWORD", f"file:{self.allowed}/x", ""):
            self.assertEqual(rotate(stored), stored)

    def test_rotating_what_no_key_fits_is_a_named_error(self) -> None:
        stored = seal(CANARY)
        self.configure(keys=(NEW,))
        self.assert_refused(rotate, stored, words="cannot be decrypted")


class FieldTests(TestCase):
    """However a value gets to the database, it gets there sealed."""

    def raw(self, pk: int) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT password FROM netbox_gam_credentialprofile WHERE id = %s", [pk])
            return str(cursor.fetchone()[0])

    def assert_sealed(self, pk: int) -> None:
        stored = self.raw(pk)
        self.assertTrue(stored.startswith("enc:"), stored[:4])
        self.assertEqual(open_secret(stored), CANARY)

    def test_every_way_in(self) -> None:
        created = CredentialProfile.objects.create(name="created", password=CANARY)
        self.assert_sealed(created.pk)
        self.assertEqual(created.password, self.raw(created.pk), "the object holds what was stored, not the secret")

        profile = factories.credential_profile()
        profile.password = CANARY
        profile.save()
        self.assert_sealed(profile.pk)

        other = factories.credential_profile()
        CredentialProfile.objects.filter(pk=other.pk).update(password=CANARY)
        self.assert_sealed(other.pk)

        (bulk,) = CredentialProfile.objects.bulk_create([CredentialProfile(name="bulk", password=CANARY)])
        self.assert_sealed(bulk.pk)

        bulk_updated = factories.credential_profile()
        bulk_updated.password = CANARY
        CredentialProfile.objects.bulk_update([bulk_updated], ["password"])
        self.assert_sealed(bulk_updated.pk)

        got, _ = CredentialProfile.objects.update_or_create(name="upserted", defaults={"password": CANARY})
        self.assert_sealed(got.pk)

    def test_saving_again_does_not_seal_twice(self) -> None:
        profile = CredentialProfile.objects.create(name="a", password=CANARY)
        before = self.raw(profile.pk)
        profile.refresh_from_db()
        profile.full_clean()
        profile.save()
        self.assertEqual(self.raw(profile.pk), before)

    def test_cleaning_refuses_with_the_next_step_and_without_the_secret(self) -> None:
        with patch.object(credentials.settings, "encryption_keys", lambda: ()):
            with self.assertRaises(ValidationError) as caught:
                CredentialProfile(name="a", password=CANARY).full_clean()
            self.assertIn("encryption_keys", str(caught.exception.message_dict["password"]))
            self.assertNotIn(CANARY, str(caught.exception))
            with self.assertRaises(SecretError), transaction.atomic():
                CredentialProfile(name="a", password=CANARY).save()
        self.assertFalse(CredentialProfile.objects.exists())

    def test_clearing(self) -> None:
        profile = CredentialProfile.objects.create(name="a", password=CANARY)
        profile.password = ""
        profile.full_clean()
        profile.save()
        self.assertEqual(self.raw(profile.pk), "")
        self.assertFalse(profile.has_password)

"""Credential and SNMP profiles over REST and GraphQL."""

from __future__ import annotations

from netbox_gam.credentials import open_secret
from netbox_gam.models import CredentialProfile, SnmpProfile
from tests.netbox_gam.api.builders import permit
from tests.netbox_gam.base import PluginAPIViewTestCases


class CredentialProfileTest(PluginAPIViewTestCases.APIViewTestCase):
    model = CredentialProfile
    brief_fields = ["description", "display", "id", "name", "url"]
    create_data = [{"name": f"Field {number}", "username": "field"} for number in (4, 5, 6)]
    bulk_update_data = {"username": "other", "description": "x"}
    bulk_update_invalid_data = {"username": "longer than thirty-one characters"}

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            CredentialProfile.objects.create(name=f"Profile {number}", password="pw")

    def test_password_goes_in_as_typed_and_does_not_come_out(self) -> None:
        permit(self.user, CredentialProfile, "add", "change", "view")
        created = self.client.post(
            self._get_list_url(), {"name": "Shelf", "username": "admin", "password": " s3cret "}, format="json", **self.header
        )
        self.assertHttpStatus(created, 201)
        self.assertNotIn("password", created.data)
        self.assertIs(created.data["has_password"], True)
        profile = CredentialProfile.objects.get(pk=created.data["id"])
        self.assertTrue(profile.password.startswith("enc:"))
        self.assertEqual(open_secret(profile.password), " s3cret ")
        changed = self.client.patch(self._get_detail_url(profile), {"description": "x"}, format="json", **self.header)
        self.assertHttpStatus(changed, 200)
        profile.refresh_from_db()
        self.assertEqual(open_secret(profile.password), " s3cret ")
        cleared = self.client.patch(self._get_detail_url(profile), {"password": ""}, format="json", **self.header)
        self.assertIs(cleared.data["has_password"], False)

    def test_reference_outside_the_allowed_is_refused_by_name(self) -> None:
        permit(self.user, CredentialProfile, "add", "view")
        response = self.client.post(
            self._get_list_url(), {"name": "Shelf", "username": "admin", "password": "env:HOME"}, format="json", **self.header
        )
        self.assertHttpStatus(response, 400)
        self.assertIn("env:HOME", str(response.data["password"]))

    def test_list_cannot_be_ordered_by_the_secret(self) -> None:
        permit(self.user, CredentialProfile, "view")
        names = [
            [item["name"] for item in self.client.get(f"{self._get_list_url()}?ordering={order}", **self.header).data["results"]]
            for order in ("password", "-password", "has_password", "-has_password")
        ]
        self.assertEqual(names, [["Profile 1", "Profile 2", "Profile 3"]] * 4)


class SnmpProfileTest(PluginAPIViewTestCases.APIViewTestCase):
    model = SnmpProfile
    brief_fields = ["description", "display", "id", "name", "url"]
    create_data = [
        {"name": "v2c", "version": "2c", "community": "public"},
        {"name": "v3", "version": "3", "username": "poller"},
        {
            "name": "v3 private",
            "version": "3",
            "username": "poller",
            "auth_protocol": "SHA",
            "auth_key": "12345678",
            "priv_protocol": "AES",
            "priv_key": "12345678",
        },
    ]
    bulk_update_data = {"description": "x"}
    bulk_update_invalid_data = {"version": "1"}
    validation_excluded_fields = ["community", "auth_key", "priv_key"]

    @classmethod
    def setUpTestData(cls) -> None:
        for number in (1, 2, 3):
            SnmpProfile.objects.create(name=f"Profile {number}", community="public", username=f"poller{number}")

    def test_rules_of_the_model_name_the_field(self) -> None:
        permit(self.user, SnmpProfile, "add")
        for data, field in (
            ({"version": "2c"}, "community"),
            ({"version": "3"}, "username"),
            ({"version": "3", "username": "x", "auth_protocol": "SHA"}, "auth_key"),
            ({"version": "1"}, "version"),
        ):
            with self.subTest(data):
                response = self.client.post(self._get_list_url(), {"name": "x", **data}, format="json", **self.header)
                self.assertHttpStatus(response, 400)
                self.assertEqual(set(response.data), {field})

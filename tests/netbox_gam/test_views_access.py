"""Pages of credential and SNMP profiles."""

from __future__ import annotations

from django.urls import reverse
from utilities.testing import TestCase, post_data

from netbox_gam.models import CredentialProfile, SnmpProfile

from . import factories
from .view_cases import GamViewTestCases


class CredentialProfileViewTest(GamViewTestCases.NamedViewTestCase):
    model = CredentialProfile

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.credential_profile(name=f"Login {name}") for name in "ABC")
        cls.form_data = {"name": "Login X", "username": "operator", "password": "env:GAM_X", "description": "for X"}
        cls.bulk_edit_data = {"username": "operator", "description": "together"}
        cls.csv_data = (
            "name,username,password,description",
            "Login 1,admin,env:GAM_1,one",
            "Login 2,,,the factory's",
            "Login 3,operator,file:/run/secrets/gam,three",
        )
        cls.csv_update_data = ("id,username", f"{first.pk},one", f"{second.pk},two", f"{third.pk},three")


class SnmpProfileViewTest(GamViewTestCases.NamedViewTestCase):
    model = SnmpProfile

    @classmethod
    def setUpTestData(cls):
        first, second, third = (factories.snmp_profile(name=f"SNMP {name}") for name in "ABC")
        cls.form_data = {
            "name": "SNMP X",
            "version": "3",
            "username": "reader",
            "auth_protocol": "SHA256",
            "auth_key": "env:GAM_AUTH",
            "priv_protocol": "AES",
            "priv_key": "env:GAM_PRIV",
        }
        cls.bulk_edit_data = {"description": "together"}
        cls.csv_data = (
            "name,version,community,username,auth_protocol,auth_key",
            "SNMP 1,2c,env:GAM_C,,,",
            "SNMP 2,,env:GAM_C,,,",
            "SNMP 3,3,,reader,SHA,env:GAM_A",
        )
        cls.csv_update_data = ("id,description", f"{first.pk},one", f"{second.pk},two", f"{third.pk},three")

    def test_edit_object_with_permission(self):
        # The stored community stays, which the mixin cannot know.
        self.validation_excluded_fields = ["community"]
        super().test_edit_object_with_permission()

    def test_edit_object_with_constrained_permission(self):
        self.validation_excluded_fields = ["community"]
        super().test_edit_object_with_constrained_permission()


class SecretsOnPagesTest(TestCase):
    user_permissions = (
        "netbox_gam.view_credentialprofile",
        "netbox_gam.add_credentialprofile",
        "netbox_gam.change_credentialprofile",
    )

    def setUp(self):
        super().setUp()
        self.profile = factories.credential_profile(password="correct horse")
        self.profile.refresh_from_db()
        self.assertTrue(self.profile.password.startswith("enc:"))

    def url(self, action: str) -> str:
        return reverse(f"plugins:netbox_gam:credentialprofile_{action}", kwargs={"pk": self.profile.pk})

    def test_no_page_shows_the_secret_or_its_ciphertext(self):
        pages = [
            self.profile.get_absolute_url(),
            self.url("edit"),
            reverse("plugins:netbox_gam:credentialprofile_list"),
            f"{reverse('plugins:netbox_gam:credentialprofile_list')}?export",
        ]
        for page in pages:
            with self.subTest(page=page):
                response = self.client.get(page)
                self.assertHttpStatus(response, 200)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                self.assertNotIn(b"correct horse", content)
                self.assertNotIn(self.profile.password.encode(), content)

    def test_blank_keeps_what_is_stored(self):
        stored = self.profile.password
        data = {"name": "Renamed", "username": "admin", "password": ""}
        self.assertHttpStatus(self.client.post(self.url("edit"), post_data(data)), 302)
        self.profile.refresh_from_db()
        self.assertEqual((self.profile.name, self.profile.password), ("Renamed", stored))

    def test_a_new_secret_is_sealed(self):
        data = {"name": self.profile.name, "username": "admin", "password": "battery staple"}
        self.assertHttpStatus(self.client.post(self.url("edit"), post_data(data)), 302)
        self.profile.refresh_from_db()
        self.assertTrue(self.profile.password.startswith("enc:"))
        self.assertNotIn("battery", self.profile.password)

    def test_a_refused_form_does_not_show_what_was_typed(self):
        data = {"name": "", "username": "admin", "password": "battery staple"}
        response = self.client.post(self.url("edit"), post_data(data))
        self.assertHttpStatus(response, 200)
        self.assertNotContains(response, "battery staple")

    def test_a_reference_outside_the_prefix_is_refused_by_name(self):
        data = {"name": "Sneaky", "username": "admin", "password": "env:SECRET_KEY"}
        response = self.client.post(reverse("plugins:netbox_gam:credentialprofile_add"), post_data(data))
        self.assertContains(response, "Use a variable whose name starts with GAM_")
        self.assertFalse(CredentialProfile.objects.filter(name="Sneaky").exists())

    def test_import_seals_and_is_never_put_in_the_background(self):
        from core.models import Job

        data = {"data": "name,username,password\nImported,admin,battery staple", "format": "csv", "csv_delimiter": "auto"}
        data["background_job"] = "on"
        url = reverse("plugins:netbox_gam:credentialprofile_bulk_import")
        self.assertHttpStatus(self.client.post(url, data), 302)
        self.assertTrue(CredentialProfile.objects.get(name="Imported").password.startswith("enc:"))
        self.assertEqual(Job.objects.count(), 0)

    def test_import_of_other_columns_keeps_the_secret(self):
        stored = self.profile.password
        data = {"data": f"id,username\n{self.profile.pk},operator", "format": "csv", "csv_delimiter": "auto"}
        url = reverse("plugins:netbox_gam:credentialprofile_bulk_import")
        self.assertHttpStatus(self.client.post(url, data), 302)
        self.profile.refresh_from_db()
        self.assertEqual((self.profile.username, self.profile.password), ("operator", stored))

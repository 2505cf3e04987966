"""Alarms and mail groups."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ...choices import AlarmStateChoices
from .base import BulkVerb, Verb


class Acknowledge(Verb):
    name = "acknowledge"
    label = _("Acknowledge")
    title = _("Somebody has seen it")
    permissions_required = {"acknowledge"}
    icon = "check"
    color = "yellow"
    state_field = "state"
    states = (AlarmStateChoices.RAISED,)


class BulkAcknowledge(BulkVerb):
    name = "bulk_acknowledge"
    label = _("Acknowledge Selected")
    permissions_required = {"acknowledge"}
    icon = "check"
    color = "yellow"


class Shelve(Verb):
    name = "shelve"
    label = _("Shelve")
    title = _("Put it aside until a date")
    permissions_required = {"shelve"}
    icon = "archive-clock-outline"
    color = "secondary"
    method = "get"
    state_field = "state"
    states = (AlarmStateChoices.RAISED, AlarmStateChoices.ACKNOWLEDGED, AlarmStateChoices.SHELVED)


class Unshelve(Verb):
    name = "unshelve"
    label = _("Unshelve")
    title = _("Take it back before its date")
    permissions_required = {"shelve"}
    icon = "archive-arrow-up-outline"
    color = "secondary"
    state_field = "state"
    states = (AlarmStateChoices.SHELVED,)


class BulkShelve(BulkVerb):
    name = "bulk_shelve"
    label = _("Shelve Selected for a Day")
    permissions_required = {"shelve"}
    icon = "archive-clock-outline"
    color = "secondary"


class BulkUnshelve(BulkVerb):
    name = "bulk_unshelve"
    label = _("Unshelve Selected")
    permissions_required = {"shelve"}
    icon = "archive-arrow-up-outline"
    color = "secondary"


class TestMail(Verb):
    name = "test"
    label = _("Test")
    title = _("Send a test mail to the group now, and say what the mail server answers")
    permissions_required = {"test"}
    icon = "email-check-outline"
    color = "info"

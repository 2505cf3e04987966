"""GAMs: discover, poll."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from netbox.object_actions import ObjectAction

from .base import BulkVerb, Verb


class Discover(ObjectAction):
    name = "discover"
    label = _("Discover")
    permissions_required = {"discover"}
    template_name = "netbox_gam/buttons/discover.html"


class Poll(Verb):
    name = "poll"
    label = _("Poll")
    title = _("Read the GAM now")
    permissions_required = {"poll"}
    icon = "radar"


class BulkPoll(BulkVerb):
    name = "bulk_poll"
    label = _("Poll Selected")
    permissions_required = {"poll"}
    icon = "radar"

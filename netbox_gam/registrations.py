"""Import-time registrations that NetBox does not do by itself, called once from ``PluginConfig.ready``."""

from __future__ import annotations

import sys


def register_event_types() -> None:
    """NetBox's event types for what happens to alarms, so that event rules can be about them."""
    from django.utils.translation import gettext as _
    from netbox.events import EVENT_TYPE_KIND_DANGER, EVENT_TYPE_KIND_SUCCESS, EVENT_TYPE_KIND_WARNING, EventType

    EventType("netbox_gam.alarm_raised", _("GAM alarm raised"), kind=EVENT_TYPE_KIND_DANGER).register()
    EventType("netbox_gam.alarm_changed", _("GAM alarm changed"), kind=EVENT_TYPE_KIND_WARNING).register()
    EventType("netbox_gam.alarm_cleared", _("GAM alarm cleared"), kind=EVENT_TYPE_KIND_SUCCESS).register()


def register_all() -> None:
    """Check the settings, then register event types, the system job and the dashboard widget."""
    from . import (
        dashboard,  # noqa: F401  # importing registers the widget of the home page
        gateway,
        jobs,  # noqa: F401  # importing registers the daily system job
        middleware,
        pacemaker,
        settings,
        signals,  # noqa: F401  # importing connects them
    )

    settings.check()
    middleware.put_first()
    register_event_types()
    if "rqworker" in sys.argv:
        gateway.preload()
        pacemaker.start_in_worker()

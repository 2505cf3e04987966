"""Import-time registrations that NetBox does not do by itself, called once from ``PluginConfig.ready``."""

from __future__ import annotations

import sys


def register_all() -> None:
    """Check the settings, then register the system job and the dashboard widget."""
    from . import (
        dashboard,  # noqa: F401  # importing registers the widget of the home page
        gateway,
        jobs,  # noqa: F401  # importing registers the daily system job
        pacemaker,
        settings,
    )

    settings.check()
    if "rqworker" in sys.argv:
        gateway.preload()
        pacemaker.start_in_worker()

"""Import-time registrations that NetBox does not do by itself, called once from ``PluginConfig.ready``."""

from __future__ import annotations


def register_all() -> None:
    """Check the settings, then register system jobs, event types and dashboard widgets."""
    from . import settings

    settings.check()

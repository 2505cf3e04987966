"""The plugin's settings: the only module that reads ``PLUGINS_CONFIG``."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.core.exceptions import ImproperlyConfigured
from netbox.plugins import get_plugin_config

from nornir_tasks.errors import RuleViolation
from nornir_tasks.gam.rules import valid_subscriber_vlan

PLUGIN = "netbox_gam"


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """When a billing feed is held whole: share (per cent) and number of missing services, and of pending cut-offs."""

    shrink_percent: float
    shrink_count: int
    cut_percent: float
    cut_count: int


def _number(name: str, minimum: float) -> float:
    value = get_plugin_config(PLUGIN, name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < minimum:
        raise ImproperlyConfigured(f"PLUGINS_CONFIG['{PLUGIN}']['{name}'] is {value!r}: a number of at least {minimum} is needed")
    return float(value)


def _strings(name: str) -> tuple[str, ...]:
    value = get_plugin_config(PLUGIN, name) or ()
    if isinstance(value, str) or not all(isinstance(item, str) for item in value):
        raise ImproperlyConfigured(f"PLUGINS_CONFIG['{PLUGIN}']['{name}'] must be a list of strings")
    return tuple(value)


def encryption_keys() -> tuple[str, ...]:
    """Fernet keys, newest first; the first encrypts, all decrypt (rotation)."""
    return _strings("encryption_keys")


def secret_env_prefix() -> str:
    """Prefix an environment variable must have to be usable as ``env:NAME``."""
    return str(get_plugin_config(PLUGIN, "secret_env_prefix") or "")


def secret_file_dirs() -> tuple[str, ...]:
    """Directories a ``file:`` secret may lie in."""
    return _strings("secret_file_dirs")


def poll_workers() -> int:
    """Shelves read at the same time by one job."""
    return int(_number("poll_workers", 1))


def poll_deadline_seconds() -> float:
    """Longest time one shelf's reading may take."""
    return _number("poll_deadline_seconds", 1)


def provision_deadline_seconds() -> float:
    """Longest time one change plan's apply may take."""
    return _number("provision_deadline_seconds", 1)


def provision_workers() -> int:
    """GAMs one job writes to, or reads for planning, at the same time."""
    return int(_number("provision_workers", 1))


def provision_per_site() -> int:
    """GAMs of one site that one job writes to at the same time: they share an uplink."""
    return int(_number("provision_per_site", 1))


def suspended_vlan() -> int:
    """VLAN a suspended subscriber is put on; 4094 is the shelf's captive portal VLAN."""
    try:
        return valid_subscriber_vlan("suspended_vlan", int(_number("suspended_vlan", 1)))
    except RuleViolation as violation:
        raise ImproperlyConfigured(f"PLUGINS_CONFIG['{PLUGIN}']: {violation}") from None


def guard_limits() -> GuardLimits:
    """Limits beyond which a billing feed is held."""
    return GuardLimits(
        _number("guard_shrink_percent", 0),
        int(_number("guard_shrink_count", 0)),
        _number("guard_cut_percent", 0),
        int(_number("guard_cut_count", 0)),
    )


def poll_batch_size() -> int:
    """GAMs a worker takes on at a time."""
    return int(_number("poll_batch_size", 1))


def cycle_deadline_seconds() -> float:
    """Longest time one shelf's scheduled reading may take; less than its interval, which is 60 s by default."""
    return _number("cycle_deadline_seconds", 1)


def slow_seconds() -> float:
    """A reading that took longer puts its GAM into a batch with others like it."""
    return _number("slow_seconds", 0.1)


def lease_seconds() -> float:
    """How long a batch may wait for a worker, and then work, before its GAMs are handed out again."""
    return cycle_deadline_seconds() + _number("lease_margin_seconds", 5)


def backoff_cap_seconds() -> float:
    """Longest time between two attempts to read a GAM that does not answer."""
    return _number("backoff_cap_seconds", 10)


def hint_seconds() -> float:
    """Shortest time between two readings of a GAM that traps or syslog messages bring about."""
    return _number("hint_seconds", 1)


def link_base_url() -> str:
    """Where people reach NetBox, for links in mails, without a slash at the end; empty: mails have no links."""
    value = get_plugin_config(PLUGIN, "link_base_url") or ""
    if not isinstance(value, str) or (value and not value.startswith(("http://", "https://"))):
        where = f"PLUGINS_CONFIG['{PLUGIN}']['link_base_url']"
        raise ImproperlyConfigured(f"{where} is {value!r}: an address like https://netbox.example.org is needed")
    return value.rstrip("/")


def zero_touch_user() -> str:
    """Name of the user that change plans are applied as when an ordered service's endpoint appears; empty: none is applied."""
    value = get_plugin_config(PLUGIN, "zero_touch_user") or ""
    if not isinstance(value, str):
        raise ImproperlyConfigured(f"PLUGINS_CONFIG['{PLUGIN}']['zero_touch_user'] is {value!r}: the name of a user is needed")
    return value


def metrics_series_limit() -> int:
    """Most series a page of metrics has; endpoints are left out beyond."""
    return int(_number("metrics_series_limit", 1000))


def metrics_endpoints() -> bool:
    """Whether the page of metrics has series of each endpoint."""
    value = get_plugin_config(PLUGIN, "metrics_endpoints")
    if not isinstance(value, bool):
        raise ImproperlyConfigured(f"PLUGINS_CONFIG['{PLUGIN}']['metrics_endpoints'] is {value!r}: True or False is needed")
    return value


RESOLUTIONS = ("raw", "5m", "1h", "1d")


def retention_days(resolution: str) -> int:
    """Days measurements of a resolution (``raw``, ``5m``, ``1h``, ``1d``) are kept."""
    return _retention()[str(resolution)]


def _retention() -> dict[str, int]:
    value = get_plugin_config(PLUGIN, "retention_days")
    where = f"PLUGINS_CONFIG['{PLUGIN}']['retention_days']"
    if not isinstance(value, dict) or set(value) - set(RESOLUTIONS):
        raise ImproperlyConfigured(f"{where} is {value!r}: days by resolution ({', '.join(RESOLUTIONS)}) are needed")
    days = {"raw": 7, "5m": 60, "1h": 400, "1d": 1830} | value
    for name, number in days.items():
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ImproperlyConfigured(f"{where}[{name!r}] is {number!r}: a whole number of days, at least 1, is needed")
    if not all(days[finer] <= days[coarser] for finer, coarser in pairwise(RESOLUTIONS)):
        raise ImproperlyConfigured(f"{where} is {days!r}: a coarser resolution cannot be kept shorter than a finer one")
    return days


def check() -> None:
    """Read every setting once, so that a wrong one stops NetBox at start with the setting's name.

    :raises ImproperlyConfigured: naming setting and value
    """
    for read in (encryption_keys, secret_file_dirs, poll_workers, poll_deadline_seconds, provision_deadline_seconds):
        read()
    for read in (poll_batch_size, cycle_deadline_seconds, slow_seconds, lease_seconds, backoff_cap_seconds, hint_seconds):
        read()
    provision_workers()
    provision_per_site()
    for read_other in (link_base_url, metrics_series_limit, metrics_endpoints, zero_touch_user):
        read_other()
    suspended_vlan()
    guard_limits()
    _retention()

"""netbox-gam: Positron GAM shelves, their endpoints and their subscribers in NetBox."""

from netbox.plugins import PluginConfig

__version__ = "0.1.0"


class GamConfig(PluginConfig):
    """The NetBox plugin."""

    name = "netbox_gam"
    verbose_name = "GAM"
    version = __version__
    description = "Positron G.hn access multiplexers: inventory, provisioning, polling and billing reconciliation"
    author = "netbox-gam contributors"
    base_url = "gam"
    min_version = "4.7.0"
    max_version = "4.7.99"
    queues = ["poll", "provision", "billing"]
    middleware = ["netbox_gam.middleware.EarlyReceivers"]
    default_settings = {
        "encryption_keys": [],
        "secret_env_prefix": "GAM_",
        "secret_file_dirs": ["/run/secrets"],
        "poll_workers": 20,
        "poll_deadline_seconds": 60,
        "poll_batch_size": 50,
        "cycle_deadline_seconds": 20,
        "lease_margin_seconds": 25,
        "slow_seconds": 3,
        "backoff_cap_seconds": 300,
        "hint_seconds": 10,
        "provision_deadline_seconds": 300,
        "provision_workers": 20,
        "provision_per_site": 10,
        "suspended_vlan": 4094,
        "guard_shrink_percent": 5,
        "guard_shrink_count": 50,
        "guard_cut_percent": 10,
        "guard_cut_count": 25,
        "link_base_url": "",
        "zero_touch_user": "",
        "metrics_endpoints": True,
        "metrics_series_limit": 500_000,
        "retention_days": {"raw": 7, "5m": 60, "1h": 400, "1d": 1830},
    }

    def ready(self) -> None:
        """Register what NetBox does not find by itself: settings checks, jobs, event types, dashboard widgets."""
        super().ready()
        from . import registrations

        registrations.register_all()


config = GamConfig

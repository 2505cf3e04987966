"""NetBox configuration for the demo, the tests and ``python -m development.manage``; never for production.

Everything comes from environment variables that :mod:`development.services` sets, so that any number of instances run side by side.
"""

from __future__ import annotations

import os

from development.urls import django_database, netbox_redis

DATABASES = {"default": django_database(os.environ["NETBOX_GAM_DATABASE_URL"])}
REDIS = netbox_redis(os.environ["NETBOX_GAM_REDIS_URL"])

# Tests: an own database per run, made from a template that holds NetBox's schema.
DATABASES["default"]["TEST"] = {
    "NAME": os.environ.get("NETBOX_GAM_TEST_DATABASE", f"test_{DATABASES['default']['NAME']}"),
    "TEMPLATE": os.environ.get("NETBOX_GAM_TEMPLATE") or None,
}

ALLOWED_HOSTS = ["*"]
SECRET_KEY = os.environ["NETBOX_GAM_SECRET_KEY"]
API_TOKEN_PEPPERS = {1: os.environ["NETBOX_GAM_TOKEN_PEPPER"]}

DEVELOPER = True
ISOLATED_DEPLOYMENT = True
CENSUS_REPORTING_ENABLED = False
TIME_ZONE = "UTC"

PLUGINS = [] if os.environ.get("NETBOX_GAM_WITHOUT_PLUGIN") else ["netbox_gam"]
PLUGINS_CONFIG = {"netbox_gam": {"encryption_keys": [os.environ["NETBOX_GAM_ENCRYPTION_KEY"]]}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

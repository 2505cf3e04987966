"""What follows once a batch of readings is stored: drift, and endpoints that appeared. Never at the cost of the readings."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import DataError, IntegrityError, transaction

from . import drift, onboarding
from .observation import Observation
from .observed import StoreReport

log = logging.getLogger("netbox.plugins.netbox_gam.polling")


def follow(observations: Sequence[Observation], stored: StoreReport) -> None:
    """Compare what was stored with intent, and record who arrived. A GAM deleted meanwhile costs one batch that."""
    kept = [item for item in observations if item.gam.pk not in stored.not_stored]
    try:
        with transaction.atomic():
            drift.follow(kept)
            onboarding.follow(kept)
    except (DataError, IntegrityError) as error:
        log.error("A batch of %s readings could not be compared with intent: %s", len(kept), error)

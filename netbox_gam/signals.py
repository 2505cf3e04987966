"""What must not happen behind the workflows' back, whoever asks for it: page, API, script or shell."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _
from utilities.exceptions import AbortRequest

from .choices import ChangePlanStatusChoices
from .models import ChangePlan

UNSETTLED = (
    ChangePlanStatusChoices.PLANNED,
    ChangePlanStatusChoices.APPLYING,
    ChangePlanStatusChoices.NEEDS_ATTENTION,
)


@receiver(pre_delete, sender=ChangePlan, dispatch_uid="netbox_gam.unsettled_plans")
def keep_unsettled_plans(instance: ChangePlan, **kwargs: Any) -> None:
    """A plan that has not ended holds what NetBox is to be given back."""
    if instance.status in UNSETTLED:
        words = _("Change plan %(plan)s has not ended. Cancel it first; it can be deleted then.") % {"plan": instance}
        raise AbortRequest(words)

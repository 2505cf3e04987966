"""What must not happen behind the workflows' back, whoever asks for it: page, API, script or shell."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _
from utilities.exceptions import AbortRequest

from .choices import ChangePlanStatusChoices
from .models import ChangePlan
from .workflows import intent

ON_THE_SHELF = (ChangePlanStatusChoices.APPLYING, ChangePlanStatusChoices.NEEDS_ATTENTION)


@receiver(pre_delete, sender=ChangePlan, dispatch_uid="netbox_gam.deleted_plans")
def give_back_intent(instance: ChangePlan, **kwargs: Any) -> None:
    """A plan that waits holds what NetBox is to be given back: deleting it drops it. One that may be on the shelf stays."""
    if instance.status in ON_THE_SHELF:
        words = _("Change plan %(plan)s is being written, or waits for somebody to look at the shelf.") % {"plan": instance}
        raise AbortRequest(words)
    if instance.status in intent.WAITING:
        intent.take_back(instance, message=f"Given back: change plan {instance} was deleted")

"""Configuration backups."""

from __future__ import annotations

from netbox.api.fields import ChoiceField
from users.api.serializers_.users import UserSerializer

from ...choices import ConfigBackupKindChoices
from ...models import ConfigBackup
from .base import COMMON, IDENTITY, RecordSerializer
from .devices import GamDeviceSerializer
from .provisioning import ChangePlanSerializer


class ConfigBackupSerializer(RecordSerializer):
    """One content that a GAM's configuration had. The text has an address of its own, below ``text/``."""

    gam = GamDeviceSerializer(nested=True)
    kind = ChoiceField(choices=ConfigBackupKindChoices)
    requested_by = UserSerializer(nested=True, allow_null=True)
    change_plans = ChangePlanSerializer(nested=True, many=True)

    class Meta:
        model = ConfigBackup
        fields = (*IDENTITY, "gam", "kind", "taken", "last_seen", "lines", "requested_by", "change_plans", *COMMON)
        brief_fields = ("id", "url", "display", "kind", "taken", "last_seen", "description")

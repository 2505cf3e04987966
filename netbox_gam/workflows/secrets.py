"""Key rotation: every stored secret under the newest key."""

from __future__ import annotations

from ..credentials import rotate
from ..models import BillingSystem, CredentialProfile, SnmpProfile
from . import backup_store
from .saving import update

HOLDERS = (CredentialProfile, SnmpProfile, BillingSystem)


def rotate_all() -> dict[str, int]:
    """Encrypt every ciphertext anew under the first of ``encryption_keys``; references and empty secrets stay.

    :returns: how many objects changed, per model
    :raises SecretError: a ciphertext fits none of the configured keys; what was rotated before it stays rotated
    """
    changed: dict[str, int] = {}
    for model in HOLDERS:
        changed[model.__name__] = 0
        for holder in model.objects.all():
            values = {name: rotate(getattr(holder, name)) for name in model.secret_fields}
            changed[model.__name__] += update(holder, message="Secrets under the newest key", **values)
    changed["ConfigBackup"] = backup_store.rotate()
    return changed

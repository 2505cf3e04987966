"""Model fields of our own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from . import credentials
from .exceptions import SecretError


class SecretField(models.TextField):
    """A secret at rest: whatever surface writes it, only a reference or ciphertext reaches the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        try:
            return credentials.seal(super().clean(value, model_instance))
        except SecretError as error:
            raise ValidationError(str(error)) from None

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        sealed = credentials.seal(getattr(model_instance, self.attname) or "")
        setattr(model_instance, self.attname, sealed)
        return sealed

    def get_prep_value(self, value: Any) -> str:
        return credentials.seal(value or "")

"""Attributes of our own for panels."""

from __future__ import annotations

from typing import Any

from netbox.ui import attrs
from utilities.data import resolve_attr_path


class RelativeTimeAttr(attrs.ObjectAttribute):
    """How long ago, and when exactly."""

    template_name = "netbox_gam/attrs/relative_time.html"


class DescribedChoiceAttr(attrs.ObjectAttribute):
    """A choice with its colour and, beside it, what it means.

    ``choices``: the ``ChoiceSet`` of the value, which need not belong to the object's own model
    """

    template_name = "netbox_gam/attrs/described_choice.html"

    def __init__(self, accessor: str, choices: Any, label: Any = None) -> None:
        super().__init__(accessor, label=label)
        self.descriptions = {choice[0]: getattr(choice, "description", None) for choice in choices}
        self.labels = dict(choices)
        self.colors = choices.colors

    def get_context(self, obj: Any, attr: str, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        return {
            "choice_label": self.labels.get(value, value),
            "color": self.colors.get(value, "secondary"),
            "description": self.descriptions.get(value),
        }


class WordsAttr(attrs.TextAttr):
    """What a function says of the object."""

    def __init__(self, words: Any, **kwargs: Any) -> None:
        super().__init__("", **kwargs)
        self.words = words

    def get_value(self, obj: Any) -> Any:
        return self.words(obj)


class SecretSetAttr(attrs.ObjectAttribute):
    """Whether a secret is stored; a reference is shown, for it is none."""

    template_name = "netbox_gam/attrs/secret.html"

    def get_value(self, obj: Any) -> str:
        stored = str(resolve_attr_path(obj, self.accessor) or "")
        return stored if stored.startswith(("env:", "file:")) else "sealed" if stored else ""

"""The two kinds of buttons: for one object, and for the selected rows of a list."""

from __future__ import annotations

from typing import Any

from netbox.object_actions import ObjectAction
from utilities.permissions import get_permission_for_model


class Verb(ObjectAction):
    """A button that posts to the view of its name.

    ``states``: values of ``state_field`` it shows for, empty for all. ``apply_label``: words for applying at once what is planned.
    """

    url_kwargs = ("pk",)
    template_name = "netbox_gam/buttons/verb.html"
    icon = "play"
    color = "primary"
    title: Any = ""
    state_field = "status"
    states: tuple[str, ...] = ()
    apply_label: Any = ""
    method = "post"

    @classmethod
    def leads_on(cls, obj: Any) -> bool:
        """Whether the object is in a state the verb starts from."""
        return not cls.states or getattr(obj, cls.state_field) in cls.states

    @classmethod
    def render(cls, context: Any, obj: Any, **kwargs: Any) -> str:
        user = context["request"].user
        needed = [get_permission_for_model(obj, permission) for permission in cls.permissions_required]
        if not cls.leads_on(obj) or not all(user.has_perm(permission, obj) for permission in needed):
            return ""
        return super().render(context, obj, **kwargs)

    @classmethod
    def get_context(cls, context: Any, obj: Any) -> dict[str, Any]:
        may_apply = bool(cls.apply_label) and context["request"].user.has_perm("netbox_gam.apply_changeplan")
        return {
            "csrf_token": context.get("csrf_token"),
            "icon": cls.icon,
            "color": cls.color,
            "title": cls.title,
            "method": cls.method,
            "apply_label": cls.apply_label if may_apply else "",
        }


class BulkVerb(ObjectAction):
    """A button for the selected rows of a list."""

    multi = True
    template_name = "netbox_gam/buttons/bulk_verb.html"
    icon = "play"
    color = "primary"
    apply_label: Any = ""

    @classmethod
    def get_context(cls, context: Any, obj: Any) -> dict[str, Any]:
        may_apply = bool(cls.apply_label) and context["request"].user.has_perm("netbox_gam.apply_changeplan")
        return {"icon": cls.icon, "color": cls.color, "name": cls.name, "apply_label": cls.apply_label if may_apply else ""}

"""The panel with an object's charts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from netbox.ui import panels

from ..assets import library_url
from ..charts import panel_of


class ChartsPanel(panels.ObjectPanel):
    """Charts of the page's object, drawn when they come into view."""

    template_name = "netbox_gam/panels/charts.html"
    title = _("Measurements")

    def get_context(self, context: Any) -> dict[str, Any]:
        ctx = super().get_context(context)
        return {**ctx, "charts": panel_of(ctx["object"], library_url())}

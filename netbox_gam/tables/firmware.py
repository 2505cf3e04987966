"""Lists of firmware images, rollouts and upgrades, and which GAM runs what."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from netbox.tables import NetBoxTable, PrimaryModelTable, columns

from ..models import FirmwareImage, FirmwareRollout, FirmwareUpgrade, GamDevice
from .access import COMMON
from .columns import GamColumn, RelativeTimeColumn


class FirmwareImageTable(PrimaryModelTable):
    version = tables.Column(verbose_name=_("Version"), linkify=True)
    family = columns.ChoiceFieldColumn(verbose_name=_("Family"))
    hardware_models = columns.ArrayColumn(verbose_name=_("Hardware models"), orderable=False)
    rollout_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:firmwarerollout_list", url_params={"image_id": "pk"}, verbose_name=_("Rollouts")
    )
    tags = columns.TagColumn(url_name="plugins:netbox_gam:firmwareimage_list")

    class Meta(PrimaryModelTable.Meta):
        model = FirmwareImage
        empty_text = _("No firmware images. Add the one your shelves are to run and where they can fetch it.")
        fields = (
            "pk", "id", "family", "version", "revision", "file_name", "source_url", "size_bytes", "sha256", "md5",
            "hardware_models", "minimum_version", "rollout_count", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "version", "family", "revision", "file_name", "minimum_version", "rollout_count", "description")


class FirmwareRolloutTable(PrimaryModelTable):
    id = tables.Column(verbose_name=_("ID"), linkify=True)
    reason = tables.Column(verbose_name=_("Reason"), linkify=True)
    image = tables.Column(verbose_name=_("Firmware image"), linkify=True)
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    gam_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:firmwareupgrade_list", url_params={"rollout_id": "pk"}, verbose_name=_("GAMs")
    )
    requested_by = tables.Column(verbose_name=_("Requested by"))
    started_by = tables.Column(verbose_name=_("Started by"))
    wave_sizes = columns.ArrayColumn(verbose_name=_("Wave sizes"), orderable=False)
    not_before = RelativeTimeColumn(verbose_name=_("Not before"))
    not_after = RelativeTimeColumn(verbose_name=_("Not after"))
    created = RelativeTimeColumn(verbose_name=_("Created"))
    started = RelativeTimeColumn(verbose_name=_("Started"))
    finished = RelativeTimeColumn(verbose_name=_("Finished"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:firmwarerollout_list")

    class Meta(PrimaryModelTable.Meta):
        model = FirmwareRollout
        fields = (
            "pk", "id", "reason", "image", "status", "wave", "gam_count", "wave_sizes", "tolerated_failures", "requested_by",
            "started_by", "not_before", "not_after", "started", "finished", "error", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "id", "reason", "image", "status", "wave", "gam_count", "started_by", "created", "finished")
        empty_text = _("No firmware rollouts. Open a firmware image and press Roll Out.")


class FirmwareUpgradeTable(PrimaryModelTable):
    id = tables.Column(verbose_name=_("ID"), linkify=True)
    gam = GamColumn()
    rollout = tables.Column(verbose_name=_("Rollout"), linkify=True)
    status = columns.ChoiceFieldColumn(verbose_name=_("Status"))
    transport = columns.ChoiceFieldColumn(verbose_name=_("Transport"))
    phase_since = RelativeTimeColumn(verbose_name=_("Since"))
    started = RelativeTimeColumn(verbose_name=_("Started"))
    swapped = RelativeTimeColumn(verbose_name=_("Swapped"))
    back = RelativeTimeColumn(verbose_name=_("Back"))
    finished = RelativeTimeColumn(verbose_name=_("Finished"))
    tags = columns.TagColumn(url_name="plugins:netbox_gam:firmwareupgrade_list")

    class Meta(PrimaryModelTable.Meta):
        model = FirmwareUpgrade
        empty_text = _("No upgrades. Open a firmware image and press Roll Out.")
        fields = (
            "pk", "id", "gam", "rollout", "wave", "status", "transport", "from_version", "endpoints_back", "endpoints_mismatched",
            "error", "next_step", "phase_since", "started", "swapped", "back", "finished", *COMMON,
        )  # fmt: skip
        default_columns = ("pk", "id", "gam", "rollout", "wave", "status", "from_version", "phase_since", "error")


class FirmwareFleetTable(NetBoxTable):
    """Which GAM runs what, as it was last read."""

    gam = tables.Column(
        accessor="device", order_by="device", verbose_name=_("GAM"), linkify=lambda record: record.get_absolute_url()
    )
    site = tables.Column(accessor="device__site", verbose_name=_("Site"), linkify=True)
    hardware_model = tables.Column(verbose_name=_("Model"))
    active = tables.Column(accessor="observed__firmware", verbose_name=_("Runs"))
    alternate = tables.Column(accessor="observed__images", orderable=False, verbose_name=_("Other partition"))
    mismatch_count = columns.LinkedCountColumn(
        viewname="plugins:netbox_gam:endpoint_list", url_params={"gam_id": "pk"}, verbose_name=_("Endpoints to upgrade")
    )
    last_success = RelativeTimeColumn(accessor="observed__last_success", verbose_name=_("Read"))
    actions = columns.ActionsColumn(actions=())

    class Meta(NetBoxTable.Meta):
        model = GamDevice
        fields = ("pk", "gam", "site", "hardware_model", "active", "alternate", "mismatch_count", "last_success")
        default_columns = fields
        empty_text = _("No GAMs. Discover them first.")

    def render_alternate(self, value: Any) -> str:
        return self.value_alternate(value) or "—"

    def value_alternate(self, value: Any) -> str:
        """The version of the image that does not run."""
        return next((str(image.get("version") or "") for image in value or () if image.get("slot") == "alternate"), "")

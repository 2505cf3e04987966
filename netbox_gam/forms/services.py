"""What verbs of a service ask for."""

from __future__ import annotations

from typing import Any

from dcim.models import Interface
from django import forms
from django.utils.translation import gettext_lazy as _
from ipam.models import VLAN
from utilities.forms.fields import DynamicModelChoiceField, NumericArrayField

from ..choices import EndpointStatusChoices
from ..models import BandwidthPlan, Endpoint, GamPort, Subscriber


class ServiceForm(forms.Form):
    """Base of the forms: what is given to the verb, and whether to apply at once.

    :param subscriber: whose service it is; None in bulk
    """

    apply = forms.BooleanField(
        label=_("Apply at once"), required=False, help_text=_("Otherwise the change plan waits until someone applies it")
    )
    field_order: tuple[str, ...] | None = None

    def __init__(self, *args: Any, subscriber: Subscriber | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["apply"] = self.fields.pop("apply")
        if subscriber is not None:
            self.about(subscriber)

    def about(self, subscriber: Subscriber) -> None:
        """Narrow down what may be chosen."""

    def given(self) -> dict[str, Any]:
        """What the verb is given."""
        return {name: value for name, value in self.cleaned_data.items() if name != "apply"}


class ServicePlanForm(ServiceForm):
    """The new plan of a subscriber."""

    bandwidth_plan = DynamicModelChoiceField(label=_("Bandwidth plan"), queryset=BandwidthPlan.objects.all())

    def about(self, subscriber: Subscriber) -> None:
        self.initial.setdefault("bandwidth_plan", subscriber.bandwidth_plan_id)


class ServicePortForm(ServiceForm):
    """The port a service moves to."""

    port = DynamicModelChoiceField(label=_("Port"), queryset=GamPort.objects.all(), help_text=_("Of the same GAM"))

    def about(self, subscriber: Subscriber) -> None:
        self.fields["port"].queryset = GamPort.objects.filter(gam=subscriber.gam_id)
        self.fields["port"].widget.add_query_params({"gam_id": subscriber.gam_id})


class ServiceEndpointForm(ServiceForm):
    """The endpoint that takes over."""

    endpoint = DynamicModelChoiceField(
        label=_("New endpoint"),
        queryset=Endpoint.objects.all(),
        selector=True,
        query_params={"has_subscriber": False, "status__n": EndpointStatusChoices.RETIRED},
        help_text=_("It takes the old one's port, unless it has its own. The old one is a spare afterwards"),
    )


class ServiceNameForm(ServiceForm):
    """The new name of a subscriber."""

    name = forms.CharField(
        label=_("Name"),
        max_length=31,
        help_text=_(
            "The DHCP option 82 and PPPoE remote id becomes this name: reservations, RADIUS users and anything else bound to the "
            "old one no longer match"
        ),
    )

    def about(self, subscriber: Subscriber) -> None:
        self.initial.setdefault("name", subscriber.name)


class ServiceVlanForm(ServiceForm):
    """VLAN settings of a service, shown as they are. Those that are left as they are are not given to the verb."""

    vlan = DynamicModelChoiceField(label=_("VLAN"), queryset=VLAN.objects.all(), required=False, selector=True)
    tagged = forms.BooleanField(label=_("Tagged"), required=False, help_text=_("Keep the tag towards the customer"))
    remapped_vid = forms.IntegerField(label=_("Remapped VLAN ID"), min_value=3, max_value=4093, required=False)
    port2_vid = forms.IntegerField(label=_("Second port VLAN ID"), min_value=3, max_value=4093, required=False)
    allowed_vids = NumericArrayField(
        label=_("Allowed tagged VLAN IDs"),
        base_field=forms.IntegerField(),
        required=False,
        help_text=_("At most 12, such as 10,20-22"),
    )
    trunk = forms.BooleanField(label=_("Trunk"), required=False, help_text=_("All VLANs tagged to the customer; JSON-RPC only"))
    double_tagged = forms.BooleanField(label=_("Double tagged"), required=False, help_text=_("Q-in-Q; JSON-RPC only"))
    outer_vlan = DynamicModelChoiceField(label=_("Outer VLAN"), queryset=VLAN.objects.all(), required=False, selector=True)
    nni = DynamicModelChoiceField(label=_("NNI uplink"), queryset=Interface.objects.all(), required=False)

    def about(self, subscriber: Subscriber) -> None:
        for name in self.fields:
            if name not in ("apply", *self.initial):
                self.initial[name] = subscriber._meta.get_field(name).value_from_object(subscriber)
        self.fields["nni"].queryset = Interface.objects.filter(device=subscriber.gam.device_id if subscriber.gam else None)
        self.fields["nni"].widget.add_query_params({"device_id": subscriber.gam.device_id if subscriber.gam else 0})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(name in cleaned for name in self.changed_data if name != "apply"):
            raise forms.ValidationError(_("Nothing was changed."))
        return cleaned

    def given(self) -> dict[str, Any]:
        """Only what was changed."""
        return {name: value for name, value in super().given().items() if name in self.changed_data}

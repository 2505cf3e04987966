"""Where billing systems call: plain views that authenticate by signature or secret path, store, and answer at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from ..jobs import wake_billing_events
from ..models import BillingSystem
from ..workflows import billing_events

MAX_BODY_BYTES = 1024 * 1024


@method_decorator(csrf_exempt, name="dispatch")
class BillingWebhookView(View):
    """``HEAD`` asks whether somebody is there (Sonar does); ``POST`` delivers an event. Exactly 200 is success to Sonar."""

    http_method_names = ("head", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """As usual, but without Django's line in the log about a refusal: it names the path, and Sonar's path holds the secret."""
        response = super().dispatch(request, *args, **kwargs)
        response._has_been_logged = True
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """405, for the same reason without a line in the log."""
        return HttpResponseNotAllowed(("HEAD", "POST"))

    def head(self, request: HttpRequest, pk: int, secret: str = "") -> HttpResponse:
        """Says nothing about which systems there are."""
        return HttpResponse(status=200)

    def post(self, request: HttpRequest, pk: int, secret: str = "") -> HttpResponse:
        """200 once the event is stored, 403 for one that was refused, 404 when there is no such system."""
        system = BillingSystem.objects.filter(pk=pk, enabled=True).first()  # unrestricted: the secret is the right
        if system is None or not system.webhook_secret:
            return JsonResponse({"detail": "No billing system expects webhooks here."}, status=404)
        try:
            if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
                raise RequestDataTooBig
            body = request.body
        except (RequestDataTooBig, ValueError):
            return JsonResponse({"detail": f"At most {MAX_BODY_BYTES} bytes are read."}, status=413)
        received = billing_events.receive(
            system,
            body,
            secret or request.headers.get("X-Splynx-Signature", ""),
            content_type=request.content_type or "",
            source=request.META.get("REMOTE_ADDR", ""),
        )
        if not received.accepted:
            return JsonResponse({"detail": "Refused."}, status=400 if received.reason == "unreadable" else 403)
        if received.waiting:
            wake_billing_events()
        return JsonResponse({"stored": True})

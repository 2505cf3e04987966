"""Receivers of billing systems are asked before NetBox's own middleware.

That one reads NetBox's configuration from Redis for every request, so that without Redis every request fails, also those that would
only have to be written to PostgreSQL. A receiver has no user, session or language, so nothing is left out that it would need.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve, reverse

RECEIVERS = frozenset({"billing_webhook", "billing_webhook_secret"})


class EarlyReceivers:
    """Answers requests to billing webhooks, and hands on all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._below = ""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # The URLs are not there yet when middleware is made.
        self._below = self._below or reverse("plugins-api:netbox_gam-api:billing_webhook", args=(0,)).removesuffix("0/")
        if not request.path_info.startswith(self._below):
            return self.get_response(request)
        request.get_host()  # refuses hosts that are not allowed, as CommonMiddleware would
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if match.url_name not in RECEIVERS:
            return self.get_response(request)
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return response


def put_first() -> None:
    """Move the middleware, which NetBox puts behind its own, to the front. Called before any handler has loaded it."""
    name = f"{__name__}.{EarlyReceivers.__name__}"
    settings.MIDDLEWARE.remove(name)
    settings.MIDDLEWARE.insert(0, name)

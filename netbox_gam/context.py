"""Who is acting: makes changes of jobs and commands appear in the change log and fire event rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from netbox.context import current_request
from utilities.request import NetBoxFakeRequest, apply_request_processors


@contextmanager
def acting_as(user: Any) -> Iterator[None]:
    """Attribute every change in the block to ``user``. Inside an HTTP request that request already does it.

    :param user: a saved user; NetBox records nothing for anonymous ones
    """
    if current_request.get() is not None:
        yield
        return
    request = NetBoxFakeRequest(
        {
            "id": uuid.uuid4(),
            "user": user,
            "META": {},
            "GET": {},
            "POST": {},
            "COOKIES": {},
            "FILES": {},
            "method": "POST",
            "path": "/",
            "path_info": "/",
        }
    )
    with apply_request_processors(request):
        yield

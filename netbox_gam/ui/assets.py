"""The script that draws charts, out of the Python package that ships it; see decision 22."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from importlib import resources

from django.urls import reverse

LIBRARY = "plotly.min.js"


@cache
def library() -> bytes:
    """Plotly's script as installed."""
    return resources.files("plotly").joinpath("package_data", LIBRARY).read_bytes()


@cache
def compressed_library() -> bytes:
    """The same compressed, which is done once per process: under a third of the size."""
    return gzip.compress(library(), 6, mtime=0)


@cache
def library_hash() -> str:
    """Changes with the script, so that browsers may keep it for ever."""
    return hashlib.sha256(library()).hexdigest()[:16]


def library_url() -> str:
    """Where this NetBox serves the script."""
    return reverse("plugins:netbox_gam:chart_library", kwargs={"digest": library_hash()})

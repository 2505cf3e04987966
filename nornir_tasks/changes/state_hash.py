"""A fingerprint of a shelf's configuration, to notice that it changed between planning and applying. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ..contracts import ConfigObject, ShelfConfig


def state_hash(config: ShelfConfig) -> str:
    """SHA-256 (hex) over names and values of every object; ids, order and ``raw`` do not count."""
    document = {
        "profiles": _sorted(config.profiles),
        "endpoints": _sorted(config.endpoints),
        "subscribers": _sorted(config.subscribers),
        "subscriber_model": config.subscriber_model,
        "default_nni": config.default_nni,
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _sorted(items: tuple[ConfigObject, ...]) -> list[dict[str, object]]:
    plain = [{key: value for key, value in asdict(item).items() if key != "id"} for item in items]
    return sorted(plain, key=lambda item: str(item["name"]))

"""Pure tests run with NetBox and Django hidden, so that nothing they test can come to need them unnoticed.

Those that need them (``tests/netbox_gam``, ``tests/e2e``, ``tests/browser``) are run by Django's runner, see development/test.py.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

collect_ignore = ["netbox_gam", "e2e", "browser", "bench"]

HIDDEN = {"django", "netbox", "netbox_gam", "core", "dcim", "extras", "ipam", "tenancy", "users", "utilities"}


class HideNetBox:
    """Import hook that answers for NetBox and Django as if they were not installed."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Refuse the hidden packages; leave all others to the hooks that follow."""
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"{name} is hidden from pure tests: nornir_tasks must not need it", name=name)
        return None


sys.meta_path.insert(0, HideNetBox())

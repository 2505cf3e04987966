"""net-snmp's commands, the peer of reading."""

from __future__ import annotations

import os
import shutil
import subprocess

PACKAGE = "snmp"
SKIPPED = f"skipped: no snmpbulkwalk here (package {PACKAGE})"


def has_net_snmp() -> bool:
    """Whether net-snmp's commands are there; installs them where that takes neither questions nor rights one has not."""
    if not shutil.which("snmpbulkwalk") and shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing {PACKAGE} for the comparison.", flush=True)
        subprocess.run(["apt-get", "install", "-qq", "-y", PACKAGE], check=False, stdout=subprocess.DEVNULL)
    return bool(shutil.which("snmpbulkwalk") and shutil.which("snmpget"))

"""All tables of the OID tree. Column numbers are the vendor's; comments in the modules say what a walk showed."""

from __future__ import annotations

from .mib_device import files, firmware, ports, syslog, sysutil
from .mib_ghn_config import ghn_config
from .mib_ghn_status import alarms, ghn_ports, ghn_status
from .mib_standard import entity, interfaces, lldp, system
from .mib_values import Spec
from .state import SimShelf

AREAS = (system, interfaces, entity, lldp, sysutil, firmware, files, ports, syslog, ghn_config, ghn_ports, ghn_status, alarms)


def tables(shelf: SimShelf) -> list[Spec]:
    """Base, columns and rows of every table of a shelf."""
    return [spec for area in AREAS for spec in area(shelf)]

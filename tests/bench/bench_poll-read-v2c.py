"""CPU per value of reading fifty shelves over SNMP v2c into contracts, beside net-snmp's ``snmpbulkwalk``."""

from __future__ import annotations

from development.bench import Measurement

from . import poll_read


def measure() -> Measurement:
    """See :mod:`.poll_read`."""
    return poll_read.measure(v3=False)

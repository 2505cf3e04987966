"""What one reading of one GAM came to, on its way through storing, alarms and telling people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from nornir_tasks.contracts import DeviceReading, TargetResult
from nornir_tasks.monitoring.metrics import Measured

from ..models import GamDevice


@dataclass
class Observation:
    """One GAM that was read, or could not be.

    ``at`` is when the reading was taken (or failed). ``measured`` is filled in by :func:`observed.store_batch`.
    """

    gam: GamDevice
    result: TargetResult[DeviceReading]
    at: datetime
    measured: tuple[Measured, ...] = field(default=())

    @property
    def reading(self) -> DeviceReading | None:
        """The reading, None when there is none."""
        return self.result.value

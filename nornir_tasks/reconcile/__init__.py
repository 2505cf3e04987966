"""Reconciliation: matching billed services with NetBox, comparing both, and the guard over changes. Pure, no I/O."""

from .compare import ABSENCE_KINDS, compare_snapshot
from .guard import GuardLimits, check
from .matcher import match_services

__all__ = ("ABSENCE_KINDS", "GuardLimits", "check", "compare_snapshot", "match_services")

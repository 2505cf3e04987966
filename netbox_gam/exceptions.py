"""Errors of the workflows, each with the next step for a person."""

from __future__ import annotations


class WorkflowError(Exception):
    """A verb could not be carried out. ``next_step`` says what to do about it."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class SecretError(WorkflowError):
    """A secret could not be sealed or opened. Names the profile and field, never the value."""


class Busy(WorkflowError):
    """Somebody else is writing to the same GAM or reading the same billing system right now."""


class NotAllowed(WorkflowError):
    """The user lacks a permission for that object."""


class InvalidState(WorkflowError):
    """The object is in a state from which that verb does not lead on."""


class Waits(InvalidState):
    """A change plan may not be applied yet, and goes on waiting."""


class NeedsApproval(Waits):
    """A second person has to approve it first."""


class OutsideWindow(Waits):
    """No maintenance window is open."""

"""Typed errors: every failure that reaches a caller has a kind and a next step.

``DeviceError`` is about a GAM, ``BillingError`` about a billing system. The ``kind`` decides what a caller may do (retry, ask,
give up), the ``next_step`` tells a person what to do. Messages never carry secrets.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong, as far as a caller has to care."""

    UNREACHABLE = "unreachable"
    AUTH = "auth"
    TIMEOUT = "timeout"
    UNPARSEABLE = "unparseable"
    REJECTED = "rejected"
    UNSUPPORTED = "unsupported"
    INCOMPLETE = "incomplete"
    RATE_LIMITED = "rate_limited"


NEXT_STEPS: dict[ErrorKind, str] = {
    ErrorKind.UNREACHABLE: "Check power, cabling, the management address and its port, and that no firewall is in between.",
    ErrorKind.AUTH: "Check the credential profile: user name, password, SNMP community or keys.",
    ErrorKind.TIMEOUT: "The other side is up but slow; try again, then raise the time limit.",
    ErrorKind.UNPARSEABLE: "The answer was not what this version understands; report it with the text shown.",
    ErrorKind.REJECTED: "The other side refused; read its own words and correct the value it names.",
    ErrorKind.UNSUPPORTED: "This firmware or transport cannot do that; choose the other transport or update the firmware.",
    ErrorKind.INCOMPLETE: "Not everything could be read, so nothing was concluded from what is missing; try again.",
    ErrorKind.RATE_LIMITED: "The other side asks for fewer requests; wait a minute or lower the request rate.",
}


class GamError(Exception):
    """Base of the typed errors.

    :param kind: one of :class:`ErrorKind`
    :param message: one sentence naming the field and the value where there is one; no secrets
    :param target: the device or billing system it happened on, for messages
    """

    def __init__(self, kind: ErrorKind, message: str, *, target: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.target = target
        self.next_step = next_step or NEXT_STEPS[kind]

    def __str__(self) -> str:
        where = f"{self.target}: " if self.target else ""
        return f"{where}{self.message} [{self.kind}]"

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.kind, self.message, self.target, self.next_step))


def _rebuild(cls: type[GamError], kind: ErrorKind, message: str, target: str, next_step: str) -> GamError:
    return cls(kind, message, target=target, next_step=next_step)


class DeviceError(GamError):
    """A GAM could not be read or written."""


class BillingError(GamError):
    """A billing system could not be read or written."""


class RuleViolation(ValueError):
    """A value breaks a rule of the GAM; carries the field, the value and the rule in words."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field} {value!r}: {rule}")
        self.field = field
        self.value = value
        self.rule = rule

"""Refusals: the vendor's table of error numbers, and the two exceptions with which a shelf says no.

Numbers and messages are from the vendor's JSON-RPC overview; its misspellings are kept, because a driver sees them.
"""

from __future__ import annotations

MESSAGES: dict[int, str] = {
    1: "G.hn generic error",
    2: "G.hn internal error",
    3: "G.hn function not implemented",
    4: "Invalid G.hn port or endpoint",
    5: "Invalid G.hn port",
    6: "Invalid G.hn subscriber",
    7: "Non-existing G.hn subscriber",
    8: "Invalid G.hn endpoint",
    9: "Non-existing G.hn endpoint (no such endpoint configured)",
    10: "No user for endpoint",
    11: "Endpoint not found on specified port",
    12: "Endpoint not found on any ports",
    13: "G.hn endpoint is already assigned to another subscriber",
    14: "G.hn port is already assigned to another subscriber",
    15: "Invalid G.hn subscriber name",
    16: "Non-unique G.hn subscriber name",
    17: "Non-unique G.hn endpoint name",
    18: "Non-unique G.hn bandwidth profile name",
    19: "Non-unique G.hn port name",
    20: "Invalid G.hn bandwidth profile",
    21: "Non-existing G.hn bandwidth profile",
    22: "Invalid G.hn bandwidth profile name",
    23: "Invalid G.hn bandwidth profile downstream bandwidth",
    24: "Invalid G.hn bandwidth profile upstream bandwidth",
    25: "Invalid G.hn data VLAN id",
    26: "Invalid G.hn remapped data VLAN id",
    27: "Invalid G.hn port #2 VLAN id",
    28: "G.hn VLAN cannot be the same as port #2 VLAN id",
    29: "Too many allowed tagged VLAN",
    30: "Invalid G.hn endpoint name",
    31: "Invalid G.hn endpoint MAC address",
    32: "Non-unique G.hn endpoint MAC address",
    33: "Maximum number of G.hn endpoint reached for the system",
    34: "Maximum number of G.hn banbdwidth profile reached for the system",
    35: "Maximum number of G.hn subscriber reached for the system",
    36: "Maximum number of G.hn endpoint reached for that port",
    37: "Invalid G.hn port mode",
    38: "Invalid G.hn port role",
    39: "Invalid G.hn port RFC 5517 mode",
    40: "Invalid G.hn port RFC 5517 community number",
    41: "Invalid NNI port",
    42: "Invalid outer tag VID",
    43: "Specified NNI port is not uplink",
    44: "G.hn bandwidth profile is not supported on this platform yet",
    45: "G.hn endpoint is already configured",
    46: "G.hn bandwidth profile is already configured",
    47: "G.hn subscriber is already configured",
    48: "Invalid G.hn VectorBoost parameter",
    49: "Invalid G.hn powermask notch Id",
    50: "Invalid G.hn powermask notch parameter",
    51: "Invalid measurement averaging value",
    52: "Device not found",
    53: "Error querying G.hn device.  May be missing or busy.",
    54: "Error device not in valid state",
    55: "Error device model requiered manual upgrade",
    56: "Auto-endpoint subscriber already assigned to another port",
    57: "Invalid G.hn subscriber model",
}

MODULE_GHN = 143
MODULE_ICFG = 101
VTSS_BASE = -9_437_184


class Refused(Exception):
    """The shelf refuses a change. ``number`` is the vendor's error number (a key of :data:`MESSAGES`)."""

    def __init__(self, number: int) -> None:
        super().__init__(MESSAGES[number])
        self.number = number

    @property
    def vtss_code(self) -> int:
        """The `vtss-error-code` of the JSON-RPC error: -9437184 plus the number."""
        return VTSS_BASE + self.number


class RefusedText(Exception):
    """The shelf refuses with words that are in no table (busy file system, injected). ``status`` is its own name for it."""

    def __init__(self, message: str, status: str = "") -> None:
        super().__init__(message)
        self.status = status

"""What a shelf sends by itself, SNMP notifications and syslog: told apart from noise. What they say is read by polling."""

from __future__ import annotations

import re
from typing import Literal

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api
from pysnmp.proto.error import ProtocolError
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

type Hint = Literal["trap", "syslog"]

_PRIORITY = re.compile(rb"<(\d{1,3})>")
_HIGHEST_PRIORITY = 23 * 8 + 7
_V3 = 3
_NOTIFICATIONS = {"trap", "inform-request", "snmpV2-trap"}


def recognise(octets: bytes) -> Hint | None:
    """What a datagram is: an SNMP notification of any version, a syslog message (RFC 3164, RFC 5424), or None for anything else.

    An SNMPv3 message is encrypted as a rule and is taken as it is: all that follows is an early poll.
    """
    if _is_syslog(octets):
        return "syslog"
    return "trap" if _is_notification(octets) else None


def _is_syslog(octets: bytes) -> bool:
    found = _PRIORITY.match(octets)
    return found is not None and int(found.group(1)) <= _HIGHEST_PRIORITY


def _is_notification(octets: bytes) -> bool:
    try:
        version = int(api.decodeMessageVersion(octets))
        if version == _V3:
            _message, rest = decoder.decode(octets, asn1Spec=SNMPv3Message())
            return not rest
        if version not in api.PROTOCOL_MODULES:
            return False
        message, rest = decoder.decode(octets, asn1Spec=api.PROTOCOL_MODULES[version].Message())
        return not rest and message[2].getName() in _NOTIFICATIONS
    # Whatever octets make of the decoder of pyasn1, which raises Python's own errors too: it is no notification.
    except (PyAsn1Error, ProtocolError, ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError, OverflowError):
        return False

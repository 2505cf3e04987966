"""Which SNMP reader reads: the compiled one where it is installed and speaks the credential, else pysnmp."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any

from ..contracts import SnmpCredential
from .snmp import PysnmpReader, SnmpReader
from .snmp_hub import auth_data


class ReaderName(StrEnum):
    """The implementations of :class:`SnmpReader`. AUTO takes the fastest that can do it."""

    AUTO = "auto"
    GUFO = "gufo"
    PYSNMP = "pysnmp"


@cache
def gufo_installed() -> bool:
    """Whether gufo-snmp (extra ``fast``) can be imported here."""
    try:
        from . import snmp_gufo  # noqa: F401
    except ImportError:
        return False
    return True


def open_reader(
    address: str, port: int, credential: SnmpCredential, *, reader: str = ReaderName.AUTO, **options: Any
) -> SnmpReader:
    """A reader for an address; nothing is sent yet. ``options`` are the keyword arguments of :class:`PysnmpReader`.

    :param reader: a :class:`ReaderName`
    :raises DeviceError: AUTH, the credential is impossible in itself
    :raises ValueError: ``reader`` is none of the names, or gufo is asked for and cannot do it
    """
    name = ReaderName(reader)
    if name is not ReaderName.PYSNMP and gufo_installed():
        from .snmp_gufo import GufoReader, can_read

        if can_read(credential):
            return GufoReader(address, port, credential, **options)
    auth_data(credential)
    if name is ReaderName.GUFO:
        raise ValueError("reader 'gufo': gufo-snmp is not installed or does not speak this credential's protocols")
    return PysnmpReader(address, port, credential, **options)

"""Walks in snmprec form: recorded from a simulated shelf, replayed by snmpsim in an environment of its own.

A line is ``OID|TAG|VALUE``; TAG is the ASN.1 tag's number, with ``x`` behind it where VALUE is in hexadecimal.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from development.processes import Guarded
from development.simulator.mib import Tree
from development.simulator.snmp_codec import END_OF_VIEW, OCTETS, OID, Oid, Reader, parse_oid
from development.simulator.state import SimShelf
from nornir_tasks.connections.snmp import PysnmpReader
from nornir_tasks.contracts import SnmpCredential
from nornir_tasks.errors import DeviceError

# Not from development.services: this runs where there are no servers to start.
HOME = Path(__file__).resolve().parent.parent / ".state" / "snmpsim"
PINS = ("snmpsim==1.2.2", "pysmi==2.0.0", "pysnmp==7.1.30")
"""snmpsim imports pysmi without declaring it, and pysmi makes every SNMP engine slow: so not in the project's environment."""
READY_SECONDS = 40.0

type Line = tuple[Oid, str, str]


class NoSnmpsim(RuntimeError):
    """snmpsim cannot be installed here."""


def record(shelf: SimShelf, under: Oid = (1,)) -> list[Line]:
    """Everything a simulated shelf shows below an OID, in order."""
    tree, lines, last = Tree(shelf), [], under
    while (found := tree.next(last)) is not None and found[1] != END_OF_VIEW and found[0][: len(under)] == under:
        lines.append(line(*found))
        last = found[0]
    return lines


def line(name: Oid, encoded: bytes) -> Line:
    """One value as a line of a recording."""
    tag, start, end = Reader(encoded).next()
    content = encoded[start:end]
    if tag == OCTETS:
        return name, "4x", content.hex()
    if tag == OID:
        return name, "6", ".".join(map(str, parse_oid(content)))
    return name, str(tag), str(int.from_bytes(content, signed=tag == 2))


def text(lines: Iterable[Line]) -> str:
    """A recording as a file's text, sorted."""
    return "".join(f"{'.'.join(map(str, name))}|{tag}|{value}\n" for name, tag, value in sorted(lines))


@contextlib.contextmanager
def replayed(recordings: Mapping[str, str]) -> Iterator[int]:
    """Serve recordings with snmpsim on a port of 127.0.0.1, each under its name as community, until the block ends.

    :raises NoSnmpsim: it cannot be installed, or does not start
    """
    responder = _installed()
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        data = Path(folder) / "data"
        data.mkdir()
        for name, content in recordings.items():
            (data / f"{name}.snmprec").write_text(content)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        where = [f"--data-dir={data}", f"--cache-dir={folder}/cache", f"--agent-udpv4-endpoint=127.0.0.1:{port}"]
        log = Path(folder) / "log"
        with Guarded([responder, *where, "--process-user=root", "--process-group=root"], log=log, grace=1) as process:
            _await(process, log, port, next(iter(recordings)))
            yield port


def _await(process: Guarded, log: Path, port: int, community: str) -> None:
    """Wait until it answers; its log says "listening" before it does."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            reader = PysnmpReader("127.0.0.1", port, SnmpCredential(community=community), timeout=0.5, retries=0)
            reader.get([(1, 3, 6, 1, 2, 1, 1, 1, 0)])
            return
        except DeviceError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoSnmpsim(f"snmpsim does not start: {log.read_text()[-400:]}") from None
            time.sleep(0.1)


def _installed() -> Path:
    responder = HOME / "bin" / "snmpsim-command-responder"
    if not responder.exists():
        try:
            subprocess.run([sys.executable, "-m", "venv", HOME], check=True, capture_output=True)
            subprocess.run([HOME / "bin" / "pip", "install", "-q", *PINS], check=True, capture_output=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            raise NoSnmpsim(f"snmpsim cannot be installed: {error}") from error
    return responder

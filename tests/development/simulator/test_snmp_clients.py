"""The agent as independent SNMP managers see it: pysnmp, and net-snmp's tools where they are installed."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import Any

import pytest
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC192_SHA256,
    USM_PRIV_CFB128_AES,
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    OctetString,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    bulk_walk_cmd,
    get_cmd,
    set_cmd,
)

from development.simulator.mib import Tree
from development.simulator.snmp_codec import COUNTER64
from development.simulator.testing import RunningFleet

from .conftest import ACCOUNTS

BRIEF = "1.3.6.1.4.1.20095.2001.143.1.3.30.10.1"
SYSNAME = "1.3.6.1.2.1.1.5.0"
PUBLIC = CommunityData("public", mpModel=1)  # noqa: S508 - what the shelves have
WRONG = CommunityData("wrong", mpModel=1)  # noqa: S508 - what the shelves have


def v3(protocol: Any = USM_AUTH_HMAC192_SHA256, key: str = ACCOUNTS["snmp_v3_auth_key"]) -> UsmUserData:
    """The tests' v3 user."""
    return UsmUserData(
        "poller", authKey=key, privKey=ACCOUNTS["snmp_v3_priv_key"], authProtocol=protocol, privProtocol=USM_PRIV_CFB128_AES
    )


class NoCompiler:
    """Keeps pysnmp from looking for MIB sources."""

    def compile(self, *names: str, **options: object) -> dict[str, str]:
        """Nothing is compiled."""
        return {}


def engine() -> SnmpEngine:
    """An engine without a MIB compiler."""
    made = SnmpEngine()
    made.get_mib_builder().set_mib_compiler(NoCompiler(), "/nonexistent")
    return made


def get(fleet: RunningFleet, name: str, auth: Any, *oids: str, timeout: float = 2) -> tuple[str, list[bytes]]:
    """(error, values) of a GET."""
    target = fleet.target(name)

    async def run() -> tuple[str, list[bytes]]:
        made = engine()
        where = await UdpTransportTarget.create((target.address, target.snmp_port), timeout=timeout, retries=0)
        asked = [ObjectType(ObjectIdentity(oid)) for oid in oids]
        indication, status, _, rows = await get_cmd(made, auth, where, ContextData(), *asked, lookupMib=False)
        made.close_dispatcher()
        return str(indication or (status and status.prettyPrint()) or ""), [bytes(row[1].asOctets()) for row in rows]

    return asyncio.run(run())


def walk(fleet: RunningFleet, name: str, auth: Any, below: str, repetitions: int = 20) -> dict[str, bytes]:
    """All octet strings and numbers below an OID, by OID."""
    target = fleet.target(name)

    async def run() -> dict[str, bytes]:
        made, found = engine(), {}
        where = await UdpTransportTarget.create((target.address, target.snmp_port), timeout=2, retries=1)
        asked = ObjectType(ObjectIdentity(below))
        options = {"lexicographicMode": False, "lookupMib": False}
        async for indication, status, _, rows in bulk_walk_cmd(made, auth, where, ContextData(), 0, repetitions, asked, **options):
            assert not indication, indication
            assert not status
            for row in rows:
                found[str(row[0])] = row[1]
        made.close_dispatcher()
        return found

    return asyncio.run(run())


@pytest.mark.parametrize("auth", [PUBLIC, v3(), v3(USM_AUTH_HMAC96_SHA)], ids=["v2c", "v3-sha256", "v3-sha1"])
def test_pysnmp_walks_the_endpoints(fleet: RunningFleet, auth: Any) -> None:
    rows = walk(fleet, "gam-1", auth, BRIEF)
    assert len(rows) == 16 * 6
    assert int(rows[f"{BRIEF}.90.0.14.216.25.151.5"]) == 2
    assert bytes(rows[f"{BRIEF}.25.0.14.216.25.151.1"]) == b"ep1"


def test_large_repetitions_are_cut_to_the_datagram(fleet: RunningFleet) -> None:
    few = walk(fleet, "gam-1", PUBLIC, "1.3.6.1.4.1.20095.2001.143.1.2.10.1", 10)
    assert walk(fleet, "gam-1", PUBLIC, "1.3.6.1.4.1.20095.2001.143.1.2.10.1", 200) == few
    assert len(few) == 14 * 12


def test_wrong_keys_and_communities(fleet: RunningFleet) -> None:
    assert "digest" in get(fleet, "gam-2", v3(key="not-the-key-at-all"), SYSNAME)[0].lower()
    assert "timeout" in get(fleet, "gam-2", WRONG, SYSNAME, timeout=0.3)[0].lower()
    assert "user" in get(fleet, "gam-2", UsmUserData("nobody", authKey="12345678", privKey="12345678"), SYSNAME)[0].lower()


def test_set_of_sysname_is_a_write_of_the_shared_state(fleet: RunningFleet) -> None:
    target = fleet.target("gam-1")

    async def run(community: str) -> str:
        made = engine()
        where = await UdpTransportTarget.create((target.address, target.snmp_port), timeout=2, retries=0)
        asked = ObjectType(ObjectIdentity(SYSNAME), OctetString("renamed"))
        auth = CommunityData(community, mpModel=1)  # noqa: S508 - what the shelves have
        indication, status, _, _ = await set_cmd(made, auth, where, ContextData(), asked, lookupMib=False)
        made.close_dispatcher()
        return str(indication or (int(status) and status.prettyPrint()) or "")

    assert asyncio.run(run("public")) == "noAccess"
    assert asyncio.run(run("private")) == ""
    assert fleet.shelf("gam-1").running.hostname == "renamed"
    assert [(entry.via, entry.kind) for entry in fleet.shelf("gam-1").log.writes] == [("snmp", "write")]


def test_faults(fleet: RunningFleet) -> None:
    faults = fleet.shelf("gam-1").faults
    for fault in ({"dropped": "snmp"}, {"garbage": "snmp"}, {"slow": {"snmp": 5}}):
        fleet.call(lambda fault=fault: faults.change({"clear": True, **fault}))
        assert "timeout" in get(fleet, "gam-1", PUBLIC, SYSNAME, timeout=0.3)[0].lower()
    fleet.call(faults.clear)
    assert get(fleet, "gam-1", PUBLIC, SYSNAME)[1] == [b"gam-1"]


def test_a_rebooted_engine_is_followed(fleet: RunningFleet) -> None:
    target, shelf = fleet.target("gam-2"), fleet.shelf("gam-2")

    async def run() -> list[str]:
        made, out = engine(), []
        where = await UdpTransportTarget.create((target.address, target.snmp_port), timeout=1, retries=2)
        for _ in range(2):
            asked = ObjectType(ObjectIdentity(SYSNAME))
            indication, _, _, rows = await get_cmd(made, v3(), where, ContextData(), asked, lookupMib=False)
            out.append(str(indication or rows[0][1]))
            fleet.call(lambda: (shelf.reboot(), shelf.clock.advance(5)))
        made.close_dispatcher()
        return out

    assert asyncio.run(run()) == ["gam-2", "gam-2"]


@pytest.mark.skipif(not shutil.which("snmpbulkwalk"), reason="net-snmp's tools are not installed")
@pytest.mark.parametrize(
    "options",
    [
        ["snmpbulkwalk", "-v2c", "-c", "public"],
        ["snmpwalk", "-v1", "-c", "public"],
        [
            "snmpbulkwalk",
            "-v3",
            "-l",
            "authPriv",
            "-u",
            "poller",
            "-a",
            "SHA-256",
            "-A",
            ACCOUNTS["snmp_v3_auth_key"],
            "-x",
            "AES",
            "-X",
            ACCOUNTS["snmp_v3_priv_key"],
        ],
    ],
    ids=["v2c", "v1", "v3"],
)
def test_net_snmp_walks_the_whole_tree(fleet: RunningFleet, options: list[str]) -> None:
    target, tree = fleet.target("gam-2"), Tree(fleet.shelf("gam-2"))
    wanted, name = [], (1,)
    while found := fleet.call(lambda name=name: tree.next(name)):
        name = found[0]
        if "-v1" not in options or found[1][0] != COUNTER64:
            wanted.append("." + ".".join(map(str, name)))
    done = subprocess.run(
        [*options, "-On", f"{target.address}:{target.snmp_port}", "1"], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [
        line for line in done.stdout.decode("latin-1").split("\n") if line.startswith(".1.") and "No more variables" not in line
    ]
    assert [line.split(" = ")[0] for line in lines] == wanted

"""The command line by strings: modes, abbreviations, refusals, and the layouts of ``show``."""

from __future__ import annotations

import pytest

from development.simulator.cli import CliSession
from development.simulator.refusals import RefusedText
from development.simulator.state import Rebooting, SimShelf


@pytest.fixture
def cli(shelf: SimShelf) -> CliSession:
    """A logged-in shell."""
    return CliSession(shelf)


def run(cli: CliSession, *lines: str) -> str:
    """Run lines and give the text of the last."""
    return [cli.run(line).text for line in lines][-1]


def test_prompts_of_all_modes(cli: CliSession) -> None:
    seen = [cli.prompt]
    for line in ("configure terminal", "interface 10GigabitEthernet 1/1", "exit", "interface vlan 100", "end"):
        cli.run(line)
        seen.append(cli.prompt)
    assert seen == ["gam-1# ", "gam-1(config)# ", "gam-1(config-if)# ", "gam-1(config)# ", "gam-1(config-if-vlan)# ", "gam-1# "]


def test_empty_hostname_prompt(cli: CliSession) -> None:
    cli.shelf.variants.empty_hostname_prompt = True
    assert cli.prompt == "# "
    cli.run("configure terminal")
    assert cli.prompt == "(config)# "


def test_abbreviations(cli: CliSession) -> None:
    assert run(cli, "sh gh sub 1") == run(cli, "show ghn subscriber 1 configuration")
    assert run(cli, "sh run fea ghn").startswith("Building configuration\nghn bw-profile 2")
    cli.run("conf t")
    assert cli.mode == "config"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("show foo", "            ^\n% Invalid word detected at '^' marker."),
        ("sh ghn sub 999", "                  ^\n% Invalid word detected at '^' marker."),
        ("show ghn", "% Incomplete command."),
        ("show ghn endpoint 1", "% Incomplete command."),
        ("show ghn subscriber 9", "% Non-existing G.hn subscriber"),
        ("show ghn endpoint 4 status", "% Endpoint not found on any ports"),
        ("ghn subscriber 1 vid 100", "           ^\n% Invalid word detected at '^' marker."),
    ],
)
def test_bad_lines(cli: CliSession, line: str, answer: str) -> None:
    assert run(cli, line) == answer
    assert not cli.shelf.log.writes


def test_ambiguous_word(cli: CliSession) -> None:
    assert "% Ambiguous word detected at '^' marker." in run(cli, "show s cpu status")


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('ghn subscriber 9 name "C1001"', "% Non-unique G.hn subscriber name"),
        ("ghn subscriber 1 vid 3841", "% Invalid G.hn data VLAN id"),
        ("ghn subscriber 1 endpoint 2", "% G.hn endpoint is already assigned to another subscriber"),
        ("ghn subscriber 1 bw-profile 9", "% Non-existing G.hn bandwidth profile"),
        ("ghn bw-profile 2 rate-downstream 5", "% Invalid G.hn bandwidth profile downstream bandwidth"),
        ("no ghn subscriber 77", "% Non-existing G.hn subscriber"),
        ("no ghn bw-profile 1", "% Invalid G.hn bandwidth profile"),
        ("ghn port 1 mode siso", "% Invalid G.hn port mode"),
    ],
)
def test_refused_lines(cli: CliSession, line: str, answer: str) -> None:
    before = cli.shelf.running.copy()
    assert run(cli, "configure terminal", line) == answer
    assert cli.shelf.running == before
    assert [(entry.command, entry.answer) for entry in cli.shelf.log.writes] == [(line, answer[2:])]


@pytest.mark.parametrize(
    "line",
    ["ghn subscriber 9", "ghn subscriber 9 name", "ghn endpoint", "ghn port 1", "no ghn endpoint", "interface vlan", "hostname"],
)
def test_incomplete_lines(cli: CliSession, line: str) -> None:
    assert run(cli, "configure terminal", line) == "% Incomplete command."


def test_a_customer_from_nothing_to_saved(cli: CliSession) -> None:
    lines = [
        "configure terminal",
        'ghn bw-profile 4 name "250M" rate-downstream 270 rate-upstream 270',
        'ghn endpoint 6 name "Positron_199706" mac-address 00:0e:d8:19:97:06 port 6',
        'ghn subscriber 3 name "C1003" description "flat 3" endpoint 6 vid 102 untagged bw-profile 4',
        "end",
        "copy running-config startup-config",
    ]
    answers = [cli.run(line).text for line in lines]
    assert answers[:5] == [""] * 5
    assert answers[5].splitlines()[1].startswith("% Saving ")
    assert 'ghn subscriber 3 name "C1003" vid 102 endpoint 6 bw-profile 4 poe enable description "flat 3"' in run(
        cli, "show startup-config"
    )
    assert [entry.command for entry in cli.shelf.log.select("change")] == [*lines[1:4], lines[5]]
    cli.shelf.reboot()
    assert cli.shelf.running.subscribers[3].vlan == 102


def test_do_and_filters(cli: CliSession) -> None:
    cli.run("configure terminal")
    assert run(cli, "do show ghn bw-profile 2").startswith(" Name: 100M")
    text = run(cli, "do show running-config | include ghn subscriber")
    assert len(text.splitlines()) == 2
    assert run(cli, "do show running-config | begin interface vlan").splitlines()[0] == "interface vlan 100"


def test_discovery_lists_known_and_unknown(cli: CliSession) -> None:
    rows = [line.split() for line in run(cli, "show ghn discover all").splitlines()[2:]]
    assert ["6", "00:0E:D8:19:97:06", "no", "yes"] in rows
    assert ["4", "00:0E:D8:19:97:04", "yes", "no"] in rows
    assert ["7", "00:0E:D8:19:97:05", "yes", "yes"] in rows


SAMPLES = {
    "show ghn subscriber 1": [" Name: C1001", " Vlan: 100 Untagged", " Endpoint Id: 1", " BW profile Id: 2", " Allowed Vlan: "],
    "show ghn subscriber 2": [" Vlan: 101 Tagged", " BW profile Id: None"],
    "show ghn bw-profile 1": [" Name: Default BW Profile", " DS: 10 Mbps", " US: 10 Mbps"],
    "show ghn endpoint 1 configuration": [" MAC: 00:0e:d8:19:97:01", " Name: ep1", " Management Access: No", " GAM port Id: 1"],
    "show ghn port 6 status": [" Active Links: 1", "       00:0e:d8:19:97:06"],
    "show ghn port 1 configuration": [" Enable: Yes", " Mode: COAX"],
    "show version": [
        "Product          : Positron GAM-12/24-C Switch",
        "Software Version : GAM-12/24-C_v1.5.4",
        "Code Revision    : 24791",
    ],
    "show alarm active": [" ---  -----  ----------  ---------------  -------------------------  -----------"],
    "show ip interface brief": ["VLAN 100   192.168.111.11/24    Manual   UP"],
    "ping ip 10.0.0.1": ["Sent 5 packets, received 5 OK, 0 bad"],
    "show system led status": ["System LED: red, solid, major or critical alarm."],
}


@pytest.mark.parametrize("line", SAMPLES)
def test_layouts_of_the_guide(cli: CliSession, line: str) -> None:
    cli.shelf.unplug("00:0e:d8:19:97:02")
    rows = run(cli, line).split("\n")
    assert [row for row in SAMPLES[line] if row not in rows] == []


def test_status_detail_has_aligned_colons(cli: CliSession) -> None:
    rows = run(cli, "show ghn endpoint mac-address 00-0E-D8-19-97-06 status detail").split("\n")
    assert rows[0] == " Discovered Endpoint on G.hn port 6"
    assert {row.index(":") for row in rows[2:]} == {40}
    assert " Model                                  : G1001-C" in rows


def test_no_lines_take_apart(cli: CliSession) -> None:
    run(
        cli,
        "configure terminal",
        "no ghn subscriber 1 endpoint",
        "no ghn endpoint 1 port",
        "no ghn endpoint 3",
        "no ghn subscriber 2",
    )
    running = cli.shelf.running
    assert (running.subscribers[1].endpoint_id, running.endpoints[1].port) == (0, 0)
    assert sorted(running.endpoints) == [1, 2, 4, 5]
    assert sorted(running.subscribers) == [1]


def test_uplink_lines(cli: CliSession) -> None:
    run(
        cli,
        "conf t",
        "interface 10GigabitEthernet 1/1-2",
        "switchport trunk native vlan 200",
        "switchport trunk allowed vlan 3-500,600",
    )
    ports = cli.shelf.running.switchports
    assert {(ports[name].native, ports[name].allowed) for name in cli.shelf.identity.model.uplink_interfaces} == {
        (200, "3-500,600")
    }
    assert run(cli, "interface G.hn 1/13").endswith("marker.")


def test_reload_answers_then_goes_down(cli: CliSession) -> None:
    cli.run("configure terminal")
    cli.run("no ghn subscriber 1")
    cli.run("end")
    output = cli.run("reload cold")
    assert output.close
    assert output.then is not None
    output.then()
    assert 1 in cli.shelf.running.subscribers
    assert cli.shelf.boots == 2


def test_reboot_in_the_middle_of_a_change(cli: CliSession) -> None:
    cli.shelf.faults.change({"reboot_after_writes": 1})
    cli.run("configure terminal")
    with pytest.raises(Rebooting):
        cli.run("ghn subscriber 1 vid 111")


def test_refuse_one_command_also_when_it_only_reads(cli: CliSession) -> None:
    cli.shelf.faults.change({"refuse": {"running-config": "Out of memory"}})
    assert run(cli, "show running-config") == "% Out of memory"
    assert run(cli, "copy running-config startup-config") == "% Out of memory"
    assert "ghn" in run(cli, "show startup-config")


def test_busy_save(cli: CliSession) -> None:
    cli.shelf.faults.change({"busy_saves": 1})
    assert run(cli, "copy running-config startup-config").startswith("% Another file operation is in progress")
    with pytest.raises(RefusedText):
        cli.shelf.faults.change({"busy_saves": 1})
        cli.shelf.save()


def test_firmware_of_another_family_is_refused(cli: CliSession) -> None:
    refused = run(cli, "firmware upgrade http://192.0.2.1/gam4-8_coax_1_8_2_r28146.mfip")
    assert refused == "% Firmware image is not compatible with this device"
    output = cli.run("firmware upgrade http://192.0.2.1/gam12-24_coax_1_8_2_r28146.mfip")
    assert output.then is not None
    output.then()
    assert cli.shelf.identity.software == "GAM-12/24-C_v1.8.2"
    assert cli.shelf.firmware.alternate == "GAM-12/24-C_v1.5.4"


def test_help_lists_what_may_follow(cli: CliSession) -> None:
    assert "    ghn" in cli.help("show ").split("\n")
    assert cli.help("show g") == "    ghn"


@pytest.mark.parametrize(("line", "added"), [("sho", "w "), ("show g", "hn "), ("show ", ""), ("show s", ""), ("show zz", "")])
def test_tab_completes_the_only_word(cli: CliSession, line: str, added: str) -> None:
    assert cli.complete(line) == added

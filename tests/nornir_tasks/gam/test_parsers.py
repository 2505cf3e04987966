"""Parsers: whole configurations in any order of keywords, what is no configuration, and the show commands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_tasks.changes.state import apply_to, kind_of
from nornir_tasks.contracts import (
    Change,
    ChangeAction,
    EndpointConfig,
    Medium,
    PoeMode,
    ProfileConfig,
    ShelfConfig,
    SubscriberConfig,
)
from nornir_tasks.errors import DeviceError, ErrorKind
from nornir_tasks.gam import parsers
from nornir_tasks.gam.commands import render
from nornir_tasks.gam.rules import BUILTIN_PROFILE
from tests.nornir_tasks.strategies import cli_configs

REAL = """Building configuration...
hostname GAM-4
username admin privilege 15 password none
!
vlan 1
!
ghn bw-profile 2 name "100M" rate-downstream 118 rate-upstream 118
ghn endpoint 1 name "Positron_1C9508" mac-address 00:0e:d8:1c:95:08 port 4
ghn endpoint 2 mac-address 00:0E:D8:1C:95:09 port auto name "b" future-word 7 description "Cambridge unit 117D"
ghn endpoint 3 name "c" mac-address 00:0e:d8:1c:95:0a port 2
no ghn endpoint 3 port
ghn subscriber 1 name "test" vid 100 endpoint 1 bw-profile unthrottled poe disable
ghn subscriber 2 name "Unit 117D" vid 10 endpoint 2 bw-profile 2 allowed-vlan 300-302,310 tagged remapped-vid 20 port2-vid 30
ghn subscriber 3 name "gone" vid 10
no ghn subscriber 3
no ghn port 3 shutdown
ghn vectorboost engine enable
interface vlan 100
 ip address 192.168.111.11 255.255.255.0
!
end
"""


def test_lines_as_seen_on_real_shelves() -> None:
    config = parsers.parse_config(REAL)
    assert config.profiles == (ProfileConfig("100M", 118, 118), BUILTIN_PROFILE)
    assert config.endpoints == (
        EndpointConfig("Positron_1C9508", "00:0e:d8:1c:95:08", 4),
        EndpointConfig("b", "00:0e:d8:1c:95:09", None, True, "Cambridge unit 117D"),
        EndpointConfig("c", "00:0e:d8:1c:95:0a"),
    )
    assert config.subscribers == (
        SubscriberConfig(
            "Unit 117D", 10, "b", profile="100M", tagged=True, remapped_vlan=20, port2_vlan=30, allowed_vlans=(300, 301, 302, 310)
        ),
        SubscriberConfig("test", 100, "Positron_1C9508", poe=PoeMode.DISABLE),
    )
    assert [item.id for item in config.subscribers] == [2, 1]
    assert config.raw == REAL
    assert "Cambridge" not in repr(config).replace("'Cambridge unit 117D'", "")


def lines_of(config: ShelfConfig) -> list[str]:
    """The configuration as one line per object, with this project's own renderer."""
    state, lines = ShelfConfig(profiles=(BUILTIN_PROFILE,)), []
    for item in (*config.profiles, *config.endpoints, *config.subscribers):
        if item.id == 1 and isinstance(item, ProfileConfig):
            continue
        change = Change(ChangeAction.ADD, kind_of(item), item.name, after=item)
        lines += render(change, state)
        state = apply_to(state, change)
    return lines


@st.composite
def texts(draw: st.DrawFn) -> tuple[ShelfConfig, str]:
    """A configuration and a text of it: keywords, lines and blanks in any order, noise in between."""
    config = draw(cli_configs())
    lines = []
    for line in lines_of(config):
        words = parsers._TOKEN.findall(line)
        plain = [f'"{quoted}"' if bare == "" else bare for quoted, bare in words]
        head, rest, pairs = plain[:3], plain[3:], []
        while rest:
            size = 1 if rest[0] in ("tagged", "untagged", "allow-management-access") else 2
            pairs.append(" ".join(rest[:size]))
            rest = rest[size:]
        lines.append(draw(st.sampled_from([" ", "  "])).join([*head, *draw(st.permutations(pairs))]))
    noise = draw(
        st.lists(
            st.sampled_from(["!", "", "vlan 1", "interface G.hn 1/1", " switchport trunk native vlan 3", "ghn port 3 shutdown"])
        )
    )
    body = draw(st.permutations(lines)) + noise
    newline = draw(st.sampled_from(["\n", "\r\n", "\n\r"]))
    return config, newline.join(["Building configuration...", "hostname x", *body, "end", ""])


@settings(max_examples=60, deadline=None)
@given(texts())
def test_parse_undoes_render_in_any_order(case: tuple[ShelfConfig, str]) -> None:
    config, text = case
    parsed = parsers.parse_config(text)
    assert parsed == config
    assert [item.id for item in parsed.subscribers] == [item.id for item in config.subscribers]


@settings(max_examples=60, deadline=None)
@given(texts(), st.data())
def test_a_text_cut_anywhere_is_never_a_configuration(case: tuple[ShelfConfig, str], data: st.DataObject) -> None:
    _, text = case
    whole = text.rstrip()
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(DeviceError) as caught:
        parsers.parse_config(whole[:cut])
    assert caught.value.kind is ErrorKind.UNPARSEABLE


@given(st.text(max_size=300) | st.binary(max_size=200).map(lambda noise: noise.decode("latin-1")))
def test_noise_is_never_a_configuration(text: str) -> None:
    with pytest.raises(DeviceError) as caught:
        parsers.parse_config(text)
    assert caught.value.kind is ErrorKind.UNPARSEABLE


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", "empty"),
        ("Building configuration...\n", "empty"),
        ("<html><body>401 Unauthorized</body></html>", "<html>"),
        ("% Invalid word detected at '^' marker.", "Invalid word"),
        ("end", "no line"),
        ("! a comment\nend", "no line"),
        ("hostname x\nghn endpoint 1 name \"a\" mac-address 00:0e:d8:00:00:01", "cut off"),
        ("hostname x\nghn endpoint 1 name \"a mac-address 00:0e:d8:00:00:01\nend", "open quote"),
        ("hostname x\nghn endpoint 1 name \"a\"\nend", "mac-address"),
        ("hostname x\nghn endpoint x name \"a\"\nend", "no endpoint id"),
        ("hostname x\nghn endpoint 1 mac-address 00:0e:d8:00:00:01 port\nend", "ends after 'port'"),
        ("hostname x\nghn subscriber 1 name \"a\" vid ten\nend", "vid 'ten'"),
        ("hostname x\nghn subscriber 1 name \"a\" vid 10 endpoint 9\nend", "endpoint 9"),
        ("hostname x\nghn subscriber 1 name \"a\" vid 10 poe maybe\nend", "poe 'maybe'"),
        ("hostname x\nghn subscriber 1 name \"a\" allowed-vlan 3-x\nend", "VLAN list"),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_named(text: str, seen: str) -> None:
    with pytest.raises(DeviceError) as caught:
        parsers.parse_config(text)
    assert caught.value.kind is ErrorKind.UNPARSEABLE
    assert seen in caught.value.message


def test_words_nobody_knows_are_kept_track_of() -> None:
    assert parsers.unknown_words(REAL) == {("endpoint", 2): ("future-word", "7")}
    limited = 'vlan 1\nghn bw-profile 2 name "x" service-limit-level 3\nend'
    assert parsers.unknown_words(limited) == {("bw-profile", 2): ("service-limit-level",)}


def test_nameless_objects_and_an_empty_shelf() -> None:
    config = parsers.parse_config(
        "vlan 1\nghn endpoint 5 mac-address 00:0e:d8:00:00:05\nghn subscriber 4 vid 9\nghn bw-profile 3\nend"
    )
    assert [item.name for item in config.endpoints] == ["endpoint-5"]
    assert [item.name for item in config.subscribers] == ["subscriber-4"]
    assert "profile-3" in [item.name for item in config.profiles]
    assert parsers.parse_config("vlan 1\n!\nend") == ShelfConfig(profiles=(BUILTIN_PROFILE,))


def test_clean_output() -> None:
    session = (
        "\x1b[2J\x1b[1mGAM\x1b[0m\r\nabc\x08\x08xy\r\n -- more --, next page: Space, continue: g, quit: ^C \rline two\n\rlast\r\n"
    )
    assert parsers.clean_output(session) == "GAM\naxy\nline two\nlast\n"


@pytest.mark.parametrize(
    ("answer", "words"),
    [("", ""), ("% Saving 7526 bytes to flash:startup-config", ""), ("% Rebooting G.hn Endpoint 1", ""),
     ("      ^\r\n% Invalid word detected at '^' marker.\r\n", "Invalid word detected at '^' marker."),
     ("%", "refused without a reason")],
)  # fmt: skip
def test_refusal(answer: str, words: str) -> None:
    assert parsers.refusal(answer) == words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3d 13:32:27", 307_947), ("13d 07:19:55", 1_149_595), ("53d 14:24:1", 4_631_040), ("53d 14:24:1\x00q7", 4_631_040),
     ("53 days, 14h 28m 19s", 4_631_299), ("4 days, 23h 13m 1s", 429_181), ("1 day, 0h 0m 0s", 86_400), ("02:03:04", 7384),
     ("5m 3s", 303), ("53d 14:", None), ("", None), ("never", None)],
)  # fmt: skip
def test_uptime(text: str, seconds: int | None) -> None:
    assert parsers.parse_uptime(text) == seconds


VERSION = """
 MAC Address      : 00-0e-d8-13-03-38
 Previous Restart : Cold
 System Contact   :
 System Name      : GAM-24-JF2-MIMO
 System Location  : here
 System Time      : 2020-04-06T14:46:46-05:00
 System Uptime    : 18d 06:33:06

 Active Image
 ------------
 Image            : linux (primary)
 Version          : GAM-xx-M_v1.1.0
 ------------------
 SID : 1
 Chipset ID       : VSC7468
 Board Type       : Jaguar2-cu8sfp16
 Port Count       : 27
 Product          : Positron GAM-xx-M Switch
 Software Version : GAM-xx-M_v1.1.0
 Code Revision    : 20028
"""


def test_show_version() -> None:
    assert parsers.parse_show_version(VERSION) == parsers.ShowVersion(
        "GAM-xx-M_v1.1.0", "00:0e:d8:13:03:38", "GAM-24-JF2-MIMO", "", "here", 1_578_786, "Jaguar2-cu8sfp16",
        "Positron GAM-xx-M Switch", 27, "20028",
    )  # fmt: skip


def test_show_ghn_discover_all() -> None:
    text = " Port  MACAddress         Configured  IsUP\n -----------------------------------------\n"
    text += "  1    00:0E:D8:13:00:E2  yes         yes\n 10    00:0E:D8:13:00:DC  no         no\n"
    assert parsers.parse_discover(text) == (
        parsers.DiscoveredLink(1, "00:0e:d8:13:00:e2", True, True),
        parsers.DiscoveredLink(10, "00:0e:d8:13:00:dc", False, False),
    )
    for wrong in ("", "<html>", text + "half a ro"):
        with pytest.raises(DeviceError):
            parsers.parse_discover(wrong)


def test_show_ghn_endpoint() -> None:
    text = "MAC: 00:0e:d8:13:08:18\nName: ep13\nDescription:\nManagement Access: No\nGAM port Id: 13\n"
    assert parsers.parse_endpoint_configuration(text) == EndpointConfig("ep13", "00:0e:d8:13:08:18", 13)
    status = """ Discovered Endpoint on G.hn port 13
 Endpoint MAC: 00:0e:d8:13:08:18
 Model                                  : G1000-M
 Serial no                              : 01013599
 FW Version                             : G1000M_positron_19589
 Downstream Current Allocated Bandwidth :  435 Mbps
 Upstream Current Allocated Bandwidth   :  433 Mbps
 Downstream Max Allocatable Bandwidth   : 1128 Mbps
 Upstream Max Allocatable Bandwidth     :  429 Mbps
 Estimated Wire Length                  : 162 m
 Uptime                                 : 12 days, 2h 18m 33s
"""
    assert parsers.parse_endpoint_status(status) == parsers.EndpointStatusShow(
        "00:0e:d8:13:08:18", 13, "G1000-M", "01013599", "G1000M_positron_19589", 435, 433, 1128, 429, 162, 1_045_113
    )


def test_show_ghn_subscriber_profile_and_port() -> None:
    text = "Name: s4\nDescription:\nVlan: 4093 Untagged\nEndpoint Id: 1\nBW profile Id: None\nAllowed Vlan:\n"
    assert parsers.parse_subscriber_show(text, {1: "ep"}, {}) == SubscriberConfig("s4", 4093, "ep")
    with pytest.raises(DeviceError, match="endpoint 1"):
        parsers.parse_subscriber_show(text, {}, {})
    assert parsers.parse_profile_show("Name: Default BW Profile\nDescription:\nDS: 10 Mbps\nUS: 10 Mbps\n") == BUILTIN_PROFILE
    port = parsers.parse_port_configuration("Enable: Yes\nName:\nMAC: 00:0e:d8:13:03:5d\nMode: MIMO\n")
    assert port == parsers.PortShow(True, "", "00:0e:d8:13:03:5d", Medium.MIMO)
    assert parsers.parse_port_status("Active Links: 1\nDiscovered Endpoint MAC:\n     00:0e:d8:13:08:1a\n") == (
        "00:0e:d8:13:08:1a",
    )


def test_show_alarm_active_and_clock() -> None:
    text = """ Sev  SvAff  Entity      Alarm            Occurrence Date/Time       Description
 ---  -----  ----------  ---------------  -------------------------  -----------
 MJ   YES    CPE-2       LOS              1969-12-31T19:01:36-05:00  Endpoint (CPE) loss of signal (missing)
 MN   NO     10G 1/2     LINKDOWN         1969-12-31T19:01:36-05:00  Ethernet Link Down
"""
    first, second = parsers.parse_alarms(text)
    assert (first.entity, first.condition, first.severity, first.service_affecting) == ("CPE-2", "los", "mj", True)
    assert first.description == "Endpoint (CPE) loss of signal (missing)"
    assert (second.entity, second.severity, second.service_affecting) == ("10G 1/2", "mn", False)
    assert parsers.parse_clock("System Time: 1970-01-01T03:03:14+00:00") == datetime(1970, 1, 1, 3, 3, 14, tzinfo=UTC)
    for parse in (parsers.parse_alarms, parsers.parse_clock, parsers.parse_show_version, parsers.parse_endpoint_status):
        with pytest.raises(DeviceError) as caught:
            parse("<html>nothing here</html>")
        assert caught.value.kind is ErrorKind.UNPARSEABLE

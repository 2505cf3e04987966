"""Secrets in texts of a shelf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_tasks.gam.redaction import BLANK, redact

SECRET = "s3cr3t-Value"


@pytest.mark.parametrize(
    "line",
    ["username admin privilege 15 password encrypted s3cr3t-Value",
     "username x privilege 15 password unencrypted s3cr3t-Value",
     'username x password "s3cr3t-Value"', "snmp-server community v2c s3cr3t-Value rw", "snmp-server community s3cr3t-Value",
     "radius-server host 10.0.0.1 key s3cr3t-Value", "radius-server key encrypted s3cr3t-Value", "tacacs-server key 0 s3cr3t-Value",
     "enable password level 15 s3cr3t-Value", "enable secret 5 s3cr3t-Value",
     "snmp-server user x engine-id 80 md5 s3cr3t-Value priv",
     "controller announcement url 1 http://device:s3cr3t-Value@10.0.0.1:8080/device/announcement/request",
     '{"jsonrpc":"2.0","method":"x.set","params":[{"Password":"s3cr3t-Value"}]}'],
)  # fmt: skip
def test_secret_is_blanked(line: str) -> None:
    cleaned = redact(f"hostname x\n {line}\nend")
    assert SECRET not in cleaned
    assert BLANK in cleaned
    assert cleaned.startswith("hostname x\n")
    assert cleaned.endswith("\nend")


@pytest.mark.parametrize(
    "line",
    ["username admin privilege 15 password none", 'ghn subscriber 1 name "password hunter2" description "key west" vid 10',
     "no ghn subscriber 4", "interface G.hn 1/1", "ntp server 1 ip-address 10.0.0.1",
     '{"jsonrpc":"2.0","method":"ghnAgent.config.userByName.add","params":["secret",{"Description":"password x"}]}'],
)  # fmt: skip
def test_everything_else_stays(line: str) -> None:
    assert redact(line) == line


FORMS = (
    "username admin privilege 15 password {}", "username admin privilege 15 password encrypted {}",
    "username admin privilege 15 password unencrypted {}", "enable password {}", "enable password level 15 {}",
    "enable secret 5 {}", "enable secret 5 level 15 {}", "snmp-server community v2c {} rw", "snmp-server community v3 {}",
    "snmp-server host 10.0.0.1 traps {}", "snmp-server host 10.0.0.1 traps version 2c {}", "snmp-server host nms informs {}",
    "snmp-server security-to-group model v2c name {} group default_rw_group", " version v2 {}", " version v1 {}",
    "snmp-server user u engine-id 800051 md5 {} priv des other-word",
    "snmp-server user u engine-id 800051 sha other-word priv aes {}",
    "snmp-server user u engine-id 800051 sha encrypted {}", "radius-server host 10.0.0.1 auth-port 1812 key {}",
    "radius-server key unencrypted {}", "tacacs-server host 10.0.0.2 key encrypted {}", "tacacs-server key 0 {}",
    "ntp authentication-key 1 md5 {}", "key-string {}", "ip http secure-certificate upload tftp://h/cert.pem pass-phrase {}",
)  # fmt: skip
URLS = (
    "controller announcement url 1 http://device:{}@10.0.0.1:8080/device/announcement/request",
    "controller announcement url 2 https://device:{}@crm.example.org", "json notification host acs url https://:{}@10.0.0.1/x",
)  # fmt: skip
MARK = "Zq9"  # in no word of the lines themselves
PIECES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
ODD_BEGINNINGS = st.sampled_from(["", "none-", "level.", "encrypted/", "5-", "priv.", "v2c-", '"', "\\", "@"])


@given(st.sampled_from(FORMS), ODD_BEGINNINGS, PIECES)
def test_no_part_of_any_secret_of_a_configuration_is_left(form: str, beginning: str, rest: str) -> None:
    secret = f"{beginning}{MARK}{rest}"
    cleaned = redact(form.format(secret))
    assert MARK not in cleaned
    assert cleaned == form.format(BLANK) or len(cleaned) < len(form.format(BLANK)), "only the secret is blanked"


@given(st.sampled_from(FORMS), st.text("abc Zq9", max_size=12))
def test_quoted_secrets_are_blanked_whole(form: str, rest: str) -> None:
    assert MARK not in redact(form.format(f'"{MARK}{rest} {MARK}"'))


@given(st.sampled_from(URLS), st.text(st.sampled_from("abc123@:!$%&+-_.~/?"), max_size=20))
def test_passwords_in_addresses_are_blanked_up_to_the_host(form: str, rest: str) -> None:
    cleaned = redact(form.format(f"{MARK}{rest}{MARK}"))
    assert MARK not in cleaned
    assert cleaned == form.format(BLANK)


@given(st.sampled_from((*FORMS, *URLS)), PIECES)
def test_what_is_blanked_stays_as_it_is(form: str, rest: str) -> None:
    once = redact(form.format(f"{MARK}{rest}"))
    assert redact(once) == once


def test_private_keys_and_tokens_in_addresses() -> None:
    text = f"hostname x\n-----BEGIN RSA PRIVATE KEY-----\n{MARK}\n{MARK}==\n-----END RSA PRIVATE KEY-----\nend"
    assert MARK not in redact(text)
    assert redact(text).startswith("hostname x\n")
    assert redact(text).endswith("-----END RSA PRIVATE KEY-----\nend")
    assert redact(f"url https://h/x?token={MARK}&a=1") == f"url https://h/x?token={BLANK}&a=1"

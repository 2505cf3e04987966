"""Secrets in texts of a shelf."""

from __future__ import annotations

import pytest

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

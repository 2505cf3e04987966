"""Blanking the secrets in any text of a shelf that is kept or shown. Pure."""

from __future__ import annotations

import re

BLANK = "********"

_WORD = r'(?:"[^"\n]*"|[^\s"]+)'
_SECRET_LINES = (
    # old firmware prints the password base64 encoded and calls it encrypted; "none" and the kind of encryption are no secrets
    re.compile(
        rf"(\bpassword[ \t]+(?:(?:encrypted|unencrypted)[ \t]+)?)(?!none\b|encrypted\b|unencrypted\b|level\b)({_WORD})",
        re.IGNORECASE,
    ),
    re.compile(rf"(\benable[ \t]+(?:password|secret)[ \t]+(?:level[ \t]+\d+[ \t]+|\d+[ \t]+)?)({_WORD})", re.IGNORECASE),
    re.compile(rf"(\bcommunity[ \t]+(?:v[123]c?[ \t]+)?)(?!v[123]c?[ \t])({_WORD})", re.IGNORECASE),
    re.compile(rf"(\bsnmp-server[ \t]+host[ \t]+{_WORD}.*?\btraps?[ \t]+)({_WORD})", re.IGNORECASE),
    re.compile(
        rf"(\b(?:key|secret|passphrase|pre-shared-key)[ \t]+(?:(?:encrypted|unencrypted|[0-9])[ \t]+)?)({_WORD})", re.IGNORECASE
    ),
    re.compile(rf"(\b(?:md5|sha|sha256|des|aes)[ \t]+(?:encrypted[ \t]+)?)({_WORD})", re.IGNORECASE),
    re.compile(r"((?:https?|ftp)://[^\s/:@]+:)([^\s/@]+)(?=@)", re.IGNORECASE),
)
_SECRET_MEMBERS = re.compile(
    r'("[^"]*(?:password|community|secret|passphrase|authkey|privkey)[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*")', re.IGNORECASE
)


def redact(text: str) -> str:
    """``text`` with passwords, communities, keys and passwords in URLs blanked; G.hn lines are left as they are.

    Names and descriptions may well contain the word "password", and a plan has to be recorded as it was sent.
    """
    lines = [line if _is_ghn(line) else _redact_line(line) for line in text.split("\n")]
    return "\n".join(lines)


def _is_ghn(line: str) -> bool:
    return line.strip().startswith(("ghn ", "no ghn ", '{"jsonrpc":"2.0","method":"ghnAgent.config.'))


def _redact_line(line: str) -> str:
    for pattern in _SECRET_LINES:
        line = pattern.sub(rf"\g<1>{BLANK}", line)
    return _SECRET_MEMBERS.sub(rf'\g<1>"{BLANK}"', line)

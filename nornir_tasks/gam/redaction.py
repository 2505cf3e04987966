"""Blanking the secrets in any text of a shelf that is kept or shown. Pure."""

from __future__ import annotations

import re

BLANK = "********"

_WORD = r'(?:"[^"\n]*"(?!\S)|\S+)'
_FORM = r"(?:(?:encrypted|unencrypted|level[ \t]+\d+|\d+)[ \t]+)*"
_SECRET_LINES = (
    # old firmware prints the password base64 encoded and calls it encrypted; "none" and the kind of encryption are no secrets
    re.compile(rf"(\bpassword[ \t]+(?!none(?!\S)){_FORM})({_WORD})", re.IGNORECASE),
    re.compile(rf"(\benable[ \t]+secret[ \t]+{_FORM})({_WORD})", re.IGNORECASE),
    re.compile(rf"(\bcommunity[ \t]+(?:v[123]c?[ \t]+)?)({_WORD})", re.IGNORECASE),
    # the security name of SNMP v1 and v2c is the community
    re.compile(rf"(\bsecurity-to-group[ \t]+model[ \t]+v(?:1|2c?)[ \t]+name[ \t]+)({_WORD})", re.IGNORECASE),
    re.compile(r"(\bsnmp-server[ \t]+host[ \t].*?\b(?:traps?|informs?)[ \t]+)(\S.*)", re.IGNORECASE),
    re.compile(rf"(^[ \t]*version[ \t]+v(?:1|2c?)[ \t]+)({_WORD})", re.IGNORECASE),
    re.compile(
        rf"(\b(?:key|key-string|secret|passphrase|pass-phrase|pre-shared-key)[ \t]+{_FORM}(?:(?:md5|sha|sha256)[ \t]+)?)({_WORD})",
        re.IGNORECASE,
    ),
    re.compile(rf"(\b(?:md5|sha|sha256|des|aes)[ \t]+(?:encrypted[ \t]+)?)(?!priv(?!\S))({_WORD})", re.IGNORECASE),
    # up to the last "@" before the path: a password may contain one
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)(\S+)(?=@)", re.IGNORECASE),
    re.compile(r"([?&](?:password|passwd|pwd|token|secret|key|apikey|api_key|auth)=)([^\s&#\"]+)", re.IGNORECASE),
)
_PRIVATE_KEY = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----)(.*?)(?=-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_SECRET_MEMBERS = re.compile(
    r'("[^"]*(?:password|community|secret|passphrase|authkey|privkey)[^"]*"\s*:\s*)("(?:[^"\\]|\\.)*")', re.IGNORECASE
)


def redact(text: str) -> str:
    """``text`` with passwords, communities, keys and passwords in URLs blanked; G.hn lines are left as they are.

    Names and descriptions may well contain the word "password", and a plan has to be recorded as it was sent.
    """
    text = _PRIVATE_KEY.sub(rf"\g<1>\n{BLANK}\n", text)
    lines = [line if _is_ghn(line) else _redact_line(line) for line in text.split("\n")]
    return "\n".join(lines)


def _is_ghn(line: str) -> bool:
    return line.strip().startswith(("ghn ", "no ghn ", '{"jsonrpc":"2.0","method":"ghnAgent.config.'))


def _redact_line(line: str) -> str:
    for pattern in _SECRET_LINES:
        line = pattern.sub(rf"\g<1>{BLANK}", line)
    return _SECRET_MEMBERS.sub(rf'\g<1>"{BLANK}"', line)

"""The only module that sees a secret in clear.

A stored secret is one of: empty, a reference (``env:NAME``, ``file:/path``) or ciphertext (``enc:…``) under the keys of
``PLUGINS_CONFIG['netbox_gam']['encryption_keys']``, which live outside the database. Anything else is sealed before it is stored.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from . import settings
from .exceptions import SecretError

SEALED_PREFIXES = ("enc:", "env:", "file:")


def _fernet() -> MultiFernet:
    keys = settings.encryption_keys()
    if not keys:
        raise SecretError(
            "No encryption key is configured, so a secret cannot be stored.",
            next_step="Set encryption_keys in PLUGINS_CONFIG, or enter a reference: env:GAM_PASSWORD or file:/run/secrets/gam.",
        )
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise SecretError(
            "An entry of encryption_keys is not a Fernet key (32 bytes, URL-safe base64).",
            next_step="Make one with: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'",
        ) from None


def is_sealed(stored: str) -> bool:
    """Whether a stored value is empty, a reference or ciphertext, i.e. not a secret in clear."""
    return not stored or stored.startswith(SEALED_PREFIXES)


def seal(text: str) -> str:
    """Turn what a person typed into what may be stored. References and ciphertext pass; idempotent.

    :raises SecretError: no usable key, or a reference outside the allowed prefix or directories
    """
    if not text:
        return ""
    if text.startswith("enc:"):
        return text
    if text.startswith(("env:", "file:")):
        check_reference(text)
        return text
    return "enc:" + _fernet().encrypt(text.encode()).decode()


def check_reference(reference: str) -> None:
    """Refuse references that would let whoever edits a profile read the server's other secrets.

    :raises SecretError: naming the reference and what is allowed
    """
    kind, _, rest = reference.partition(":")
    if kind == "env":
        prefix = settings.secret_env_prefix()
        if not rest.startswith(prefix) or not rest.replace("_", "").isalnum():
            raise SecretError(f"{reference!r} is not allowed.", next_step=f"Use a variable whose name starts with {prefix}.")
    elif kind == "file":
        allowed = [Path(directory).resolve() for directory in settings.secret_file_dirs()]
        path = Path(rest).resolve()
        if not path.is_absolute() or not any(path.is_relative_to(directory) for directory in allowed):
            directories = ", ".join(str(directory) for directory in allowed) or "(none)"
            raise SecretError(f"{reference!r} is not allowed.", next_step=f"Put the file below {directories}.")


def open_secret(stored: str, *, owner: str = "") -> str:
    """The secret in clear.

    :param owner: for messages: whose secret it is, e.g. ``credential profile "field"``
    :raises SecretError: the reference leads nowhere, or no configured key fits the ciphertext
    """
    if not stored:
        return ""
    check_reference(stored)
    kind, _, rest = stored.partition(":")
    if kind == "env":
        if rest not in os.environ:
            raise SecretError(f"The environment variable {rest} of {owner} is not set.", next_step="Set it for web and worker.")
        return os.environ[rest]
    if kind == "file":
        try:
            return Path(rest).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise SecretError(f"The secret file of {owner} cannot be read ({error.strerror}).") from None
    if kind == "enc":
        try:
            return _fernet().decrypt(rest.encode()).decode()
        except InvalidToken:
            raise SecretError(
                f"The secret of {owner} cannot be decrypted with the configured keys.",
                next_step="Add the key it was stored under to encryption_keys, or enter the secret again.",
            ) from None
    raise SecretError(f"The secret of {owner} is stored in an unknown form.", next_step="Enter it again.")


def rotate(stored: str) -> str:
    """Ciphertext under the newest key; references and empty values pass unchanged."""
    if not stored.startswith("enc:"):
        return stored
    return "enc:" + _fernet().rotate(stored.removeprefix("enc:").encode()).decode()

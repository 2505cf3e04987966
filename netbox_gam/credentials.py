"""The only module that sees a secret in clear.

A stored secret is one of: empty, a reference (``env:NAME``, ``file:/path``) or ciphertext (``enc:…``) under the keys of
``PLUGINS_CONFIG['netbox_gam']['encryption_keys']``, which live outside the database. Anything else is sealed before it is stored.
"""

from __future__ import annotations

import hmac
import os
import re
import zlib
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from . import settings
from .exceptions import SecretError

REFERENCES = ("env:", "file:")
# Version byte 0x80 and a timestamp whose first bytes are zero, then at least one block and the signature (Fernet specification).
_CIPHERTEXT = re.compile(r"enc:gAAAA[\w-]{93,}={0,2}", re.ASCII)


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
    return not stored or stored.startswith(REFERENCES) or bool(_CIPHERTEXT.fullmatch(stored))


def seal(text: str) -> str:
    """Turn what a person typed into what may be stored. References and ciphertext pass; idempotent.

    :raises SecretError: no usable key, or a reference outside the allowed prefix or directories
    """
    if text.startswith(REFERENCES):
        check_reference(text)
    if is_sealed(text):
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
        if not any(_lies_in(rest, directory) for directory in allowed):
            directories = ", ".join(str(directory) for directory in allowed) or "(none)"
            raise SecretError(f"{reference!r} is not allowed.", next_step=f"Put the file below {directories}.")


def _lies_in(path: str, directory: Path) -> bool:
    """Whether an absolute path is a file below a directory, links followed."""
    try:
        resolved = Path(path).resolve()
    except ValueError:
        return False
    return Path(path).is_absolute() and resolved.is_relative_to(directory)


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
        except UnicodeDecodeError:
            raise SecretError(f"The secret file of {owner} cannot be read (it is not UTF-8 text).") from None
    if kind == "enc":
        try:
            return _fernet().decrypt(rest.encode()).decode()
        except InvalidToken:
            raise _undecipherable(owner) from None
    raise SecretError(f"The secret of {owner} is stored in an unknown form.", next_step="Enter it again.")


def _undecipherable(owner: str) -> SecretError:
    return SecretError(
        f"The secret of {owner} cannot be decrypted with the configured keys.",
        next_step="Add the key it was stored under to encryption_keys, or enter the secret again.",
    )


def rotate(stored: str, *, owner: str = "") -> str:
    """Ciphertext under the newest key; references and empty values pass unchanged.

    :raises SecretError: no configured key fits the ciphertext
    """
    if not stored.startswith("enc:"):
        return stored
    try:
        return "enc:" + _fernet().rotate(stored.removeprefix("enc:").encode()).decode()
    except InvalidToken:
        raise _undecipherable(owner) from None


# ------------------------------------------------------------------------------------------------------------- texts


def encrypt_text(text: str) -> str:
    """Ciphertext of any text, whatever it begins with; compressed, for configurations are long and repeat themselves.

    :raises SecretError: no usable key
    """
    return _fernet().encrypt(zlib.compress(text.encode())).decode()


def decrypt_text(stored: str, *, owner: str) -> str:
    """A text that :func:`encrypt_text` encrypted.

    :raises SecretError: no configured key fits it
    """
    try:
        return zlib.decompress(_fernet().decrypt(stored.encode())).decode()
    except InvalidToken:
        raise _undecipherable_text(owner) from None


def rotate_text(stored: str, *, owner: str) -> str:
    """A text's ciphertext under the newest key.

    :raises SecretError: no configured key fits it
    """
    try:
        return _fernet().rotate(stored.encode()).decode()
    except InvalidToken:
        raise _undecipherable_text(owner) from None


def _undecipherable_text(owner: str) -> SecretError:
    return SecretError(
        f"{owner} cannot be decrypted with the configured keys.",
        next_step="Add the key it was stored under to encryption_keys; keys are dropped only after netbox gam_rotate_secrets.",
    )


def digests(text: str, *, scope: str) -> tuple[str, ...]:
    """Keyed digests of a text under every configured key, newest first: equal for equal texts of a scope, useless without a key.

    :raises SecretError: no usable key
    """
    _fernet()
    message = f"{scope}\0{text}".encode()
    keys = (hmac.digest(key.encode(), b"netbox_gam digest", "sha256") for key in settings.encryption_keys())
    return tuple(hmac.digest(key, message, "sha256").hex() for key in keys)

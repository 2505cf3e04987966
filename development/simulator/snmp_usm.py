"""User-based security of SNMPv3 for one user: SHA-1 or SHA-256 authentication, AES-128 privacy (RFC 3414, 3826, 7860)."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB
except ImportError:
    from cryptography.hazmat.primitives.ciphers.modes import CFB

DIGEST_SIZE = {"sha1": 12, "sha256": 24}


@lru_cache(maxsize=64)
def password_key(password: str, algorithm: str) -> bytes:
    """The user's key before localising: the digest of a megabyte of the password repeated."""
    data = password.encode()
    return hashlib.new(algorithm, (data * (1_048_576 // len(data) + 1))[:1_048_576]).digest()


def localised_key(password: str, algorithm: str, engine_id: bytes) -> bytes:
    """The key for one engine."""
    key = password_key(password, algorithm)
    return hashlib.new(algorithm, key + engine_id + key).digest()


@dataclass(frozen=True, slots=True)
class UsmUser:
    """A v3 user. ``algorithm`` is ``sha1`` or ``sha256``; privacy is AES-128."""

    name: str
    auth_password: str
    priv_password: str
    algorithm: str = "sha256"


class UsmKeys:
    """A user's keys on one engine, for one authentication algorithm."""

    def __init__(self, user: UsmUser, algorithm: str, engine_id: bytes) -> None:
        self.algorithm = algorithm
        self.size = DIGEST_SIZE[algorithm]
        self._auth = localised_key(user.auth_password, algorithm, engine_id)
        self._priv = localised_key(user.priv_password, algorithm, engine_id)[:16]
        self._salt = int.from_bytes(os.urandom(8))

    def digest(self, message: bytes) -> bytes:
        """Authentication parameters over a message in which they are zero."""
        return hmac.new(self._auth, message, self.algorithm).digest()[: self.size]

    def _cipher(self, boots: int, time: int, salt: bytes) -> Cipher[CFB]:
        return Cipher(algorithms.AES(self._priv), CFB(boots.to_bytes(4) + time.to_bytes(4) + salt))

    def encrypt(self, data: bytes, boots: int, time: int) -> tuple[bytes, bytes]:
        """(ciphertext, privacy parameters)."""
        self._salt = (self._salt + 1) % 2**64
        salt = self._salt.to_bytes(8)
        encryptor = self._cipher(boots, time, salt).encryptor()
        return encryptor.update(data) + encryptor.finalize(), salt

    def decrypt(self, data: bytes, boots: int, time: int, salt: bytes) -> bytes:
        """The plain text."""
        decryptor = self._cipher(boots, time, salt).decryptor()
        return decryptor.update(data) + decryptor.finalize()

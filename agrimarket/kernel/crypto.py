"""Encrypted columns and blind indexes: AES-256-GCM to read back, HMAC-SHA-256 to look up."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from agrimarket.settings import Settings, get_settings


def _key(settings: Settings) -> bytes:
    key = base64.urlsafe_b64decode(settings.encryption_key.get_secret_value())
    if len(key) != 32:
        raise ValueError("AGRIMARKET_ENCRYPTION_KEY must be 32 bytes in URL-safe base64")
    return key


def encrypt(plaintext: str, *, context: str) -> bytes:
    """Nonce and ciphertext. `context` (table and column) is authenticated, so that values cannot be moved elsewhere."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(_key(get_settings())).encrypt(nonce, plaintext.encode(), context.encode())


def decrypt(sealed: bytes, *, context: str) -> str:
    """The text that `encrypt` sealed; `cryptography.exceptions.InvalidTag` if it was changed or belongs elsewhere."""
    return AESGCM(_key(get_settings())).decrypt(sealed[:12], sealed[12:], context.encode()).decode()


def opener(*, context: str) -> Callable[[bytes], bytes]:
    """What opens many values of one column, without looking the key up for each; bytes of their texts.

    `cryptography.exceptions.InvalidTag` as in `decrypt`.
    """
    key, about = AESGCM(_key(get_settings())), context.encode()
    return lambda sealed: key.decrypt(sealed[:12], sealed[12:], about)


def blind_index(value: str, *, context: str) -> bytes:
    """A keyed hash by which equal values can be found without being readable."""
    secret = get_settings().secret_key.get_secret_value().encode()
    if len(secret) < 32:
        raise ValueError("AGRIMARKET_SECRET_KEY must be at least 32 characters")
    return hmac.new(secret, f"{context}\0{value}".encode(), hashlib.sha256).digest()


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Hash under which a token is stored. Tokens are random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()

"""Secrets of an embedded run: made once, and kept in the data folder, where only its owner can read them."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Secrets:
    """Secrets with which an embedded run signs, encrypts and authenticates."""

    secret_key: str
    encryption_key: str
    """Key of the encrypted columns, 32 bytes in URL-safe base64."""
    stripe_api_key: str
    stripe_webhook_secret: str
    valkey_password: str

    @classmethod
    def load(cls, path: Path) -> "Secrets":
        """Read `path`; secrets that it lacks are made and kept, mode 0600. Losing the file loses encrypted columns."""
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        made = asdict(cls._fresh())
        found = cls(**{name: kept.get(name) or value for name, value in made.items()})
        if asdict(found) != kept:
            _write(path, json.dumps(asdict(found), indent=1))
        return found

    @classmethod
    def _fresh(cls) -> "Secrets":
        return cls(
            secret_key=secrets.token_urlsafe(48),
            encryption_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            stripe_api_key=f"sk_test_{secrets.token_hex(24)}",
            stripe_webhook_secret=f"whsec_{secrets.token_hex(24)}",
            valkey_password=secrets.token_urlsafe(24),
        )


def kept_secret(path: Path) -> str:
    """The secret in `path`, made and kept (mode 0600) if there is none. URL-safe, 192 random bits."""
    try:
        if kept := path.read_text().strip():
            return kept
    except FileNotFoundError:
        pass
    _write(path, made := secrets.token_urlsafe(24))
    return made


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)  # the file is there whole or not at all

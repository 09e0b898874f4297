"""Secrets: the one key of a deployment, the keys derived from it, random tokens and their digests."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from elenchus.core.settings import SECRET_BYTES, Environment, ServerSettings

KEY_FILE = "secret_key"
NONCE_BYTES = 12


class NoSecretKey(RuntimeError):
    """The deployment has no key to sign with; nothing may be signed with a guess."""


class Unsealable(RuntimeError):
    """A stored secret that this deployment's key does not open."""


def secret_key(server: ServerSettings) -> bytes:
    """SECRET_KEY; in development, without one, a key made once under DATA_DIR and shared by its processes."""
    if server.secret_key:
        return server.secret_key.get_secret_value().encode()
    if server.environment is not Environment.DEVELOPMENT:
        raise NoSecretKey(f"SECRET_KEY is not set, and {server.environment} makes none of its own.")
    return _kept_key(server.data_dir.resolve() / KEY_FILE)


def key_for(server: ServerSettings, purpose: str) -> bytes:
    """32 bytes for one purpose: what is signed for one can never be passed off as another."""
    return hmac.digest(secret_key(server), purpose.encode(), "sha256")


def seal(server: ServerSettings, purpose: str, secret: bytes) -> bytes:
    """What may lie in the database: AES-256-GCM under a key for this purpose, which `unseal` alone opens again."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key_for(server, purpose)).encrypt(nonce, secret, purpose.encode())


def unseal(server: ServerSettings, purpose: str, sealed: bytes) -> bytes:
    """Raises `Unsealable` for what was sealed for another purpose, under another SECRET_KEY, or was changed."""
    try:
        return AESGCM(key_for(server, purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable(f"A stored secret ({purpose}) does not open; was SECRET_KEY changed?") from error


def random_token() -> str:
    """43 characters that nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a random token. Only for these: a password needs a slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@lru_cache(maxsize=4)
def _kept_key(path: Path) -> bytes:
    if not path.exists():
        _keep_new_key(path)
    key = path.read_bytes().strip()
    if len(key) < SECRET_BYTES:
        raise NoSecretKey(f"{path} is not a key; remove it to have a new one made, or set SECRET_KEY.")
    return key


def _keep_new_key(path: Path) -> None:
    """API and worker start together: the key appears whole and once, and whoever comes second takes the first's.

    Written under a name of its own and then linked, for a file opened under its final name is empty for a moment,
    and for ever when its writer dies in it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_urlsafe(48).encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()

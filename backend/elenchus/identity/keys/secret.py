"""What an API key looks like: `elk_<8 characters that find it>_<43 that nobody can guess>`."""

import re
import secrets
import string
from dataclasses import dataclass

from elenchus.core import crypto
from elenchus.core.principal import API_KEY_PREFIX
from elenchus.identity.keys.errors import InvalidApiKey

PUBLIC_CHARACTERS = 8
_BASE62 = string.ascii_letters + string.digits
_SHAPE = re.compile(rf"{API_KEY_PREFIX}([0-9A-Za-z]{{{PUBLIC_CHARACTERS}}})_[0-9A-Za-z_-]{{43}}")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a key says: which one it is, and the digest that has to be stored there."""

    public_id: str
    digest: str


def new_public_id() -> str:
    return "".join(secrets.choice(_BASE62) for _ in range(PUBLIC_CHARACTERS))


def new_key(public_id: str) -> str:
    return f"{API_KEY_PREFIX}{public_id}_{crypto.random_token()}"


def read(key: str) -> Claim:
    """Raises `InvalidApiKey` for what has another shape; whether it is a key of ours is the store's to say."""
    shape = _SHAPE.fullmatch(key)
    if shape is None:
        raise InvalidApiKey
    return Claim(shape[1], crypto.digest(key))

"""The two tokens of a session: what they look like and which are ours."""

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt
from bson.errors import InvalidId

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import Id
from elenchus.core.principal import Principal
from elenchus.core.settings import settings
from elenchus.identity.errors import InvalidToken

ALGORITHM = "HS256"
ISSUER = "elenchus"
AUDIENCE = "elenchus-api"
_CLAIMS = ["iss", "aud", "iat", "exp", "sub", "sid", "tid"]
#: All our tokens begin alike. Whatever else a header could say (another algorithm, kid, jku) is refused unread.
_HEADER = jwt.encode({}, b"-" * 32, algorithm=ALGORITHM).partition(".")[0] + "."
_SESSION_ID_CHARACTERS = 24


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says; whether its session still lives is another question."""

    user_id: Id
    session_id: Id
    tenant_id: Id
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshClaim:
    session_id: Id
    digest: str


def access_token(principal: Principal) -> str:
    issued = int(now().timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": issued,
        "exp": issued + settings().auth.access_token_seconds,
        "sub": str(principal.user_id),
        "sid": str(principal.session_id),
        "tid": str(principal.tenant_id),
    }
    return jwt.encode(claims, _access_key(), algorithm=ALGORITHM)


def read_access_token(token: str) -> Claims:
    """Raises `InvalidToken` for whatever this deployment did not sign, or signed too long ago."""
    if not token.startswith(_HEADER):
        raise InvalidToken
    try:
        claims = jwt.decode(
            token,
            _access_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options={"require": _CLAIMS, "verify_iat": False},  # another host's clock may be a second ahead
        )
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        return Claims(Id(claims["sub"]), Id(claims["sid"]), Id(claims["tid"]), expires_at)
    except (jwt.InvalidTokenError, InvalidId, TypeError) as error:  # ids that are none: signed by another version of us
        raise InvalidToken from error


def refresh_token(session_id: Id) -> str:
    """`<session id>.<256 random bits>.<seal>`: found by its id in one read.

    The seal tells a token that was ours from an invention. Session ids are no secret, so without it anyone could
    invent a "used" token and have a stranger's session ended for it.
    """
    body = f"{session_id}.{crypto.random_token()}"
    return f"{body}.{_seal(body)}"


def successor(token: str) -> str:
    """What this refresh token of a browser is exchanged for: always the same, so that asking twice is asking once. It
    is as good as random to whoever has not got the key of this deployment."""
    key = crypto.key_for(settings().server, "refresh token of a browser")
    drawn = _text(hmac.digest(key, token.encode(), "sha256"))
    body = f"{token[:_SESSION_ID_CHARACTERS]}.{drawn}"
    return f"{body}.{_seal(body)}"


def read_refresh_token(token: str) -> RefreshClaim:
    """Raises `InvalidToken` unless this deployment made it; whether it was used already is the session's to say."""
    body, _, seal = token.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(body).encode()):
        raise InvalidToken
    return RefreshClaim(Id(body[:_SESSION_ID_CHARACTERS]), crypto.digest(token))


def _seal(body: str) -> str:
    key = crypto.key_for(settings().server, "refresh token")
    return _text(hmac.digest(key, body.encode(), "sha256"))


def _text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _access_key() -> bytes:
    return crypto.key_for(settings().server, "access token")

"""What a provider signed about a person, believed only when all of it is for us and for this sign-in."""

from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import JWTClaimsRegistry
from pydantic import TypeAdapter, ValidationError

from elenchus.core import logs
from elenchus.core.clock import now
from elenchus.identity.google import discovery
from elenchus.identity.google.discovery import Provider
from elenchus.identity.google.errors import EmailNotVerifiedThere, GoogleRefused
from elenchus.identity.google.schemas import Person
from elenchus.identity.schemas import Email, Line

ALGORITHMS = ["RS256", "ES256"]  # both asymmetric: whatever we hold ourselves can sign nothing that we believe
LEEWAY_SECONDS = 60  # between the provider's clock and ours
SUBJECT_CHARACTERS = 255  # OpenID Connect Core 1.0, section 2
_EMAIL: TypeAdapter[str] = TypeAdapter(Email)
_LINE: TypeAdapter[str] = TypeAdapter(Line)
log = logs.get(__name__)


async def read(token: str, provider: Provider, *, client_id: str, nonce: str) -> Person:
    """Raises `GoogleRefused`, whose one sentence helps nobody to forge; the log has the reason."""
    try:
        claims = await _signed(token, provider)
        _check(claims, issuer=provider.about.issuer, client_id=client_id, nonce=nonce)
        return _person(claims)
    except (JoseError, ValueError) as error:
        log.warning("an id_token was refused", error=type(error).__name__, reason=str(error)[:200])
        raise GoogleRefused from error


async def _signed(token: str, provider: Provider) -> dict[str, Any]:
    try:
        return jwt.decode(token, provider.keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError:
        await discovery.look_for_new_keys(provider)
        return jwt.decode(token, provider.keys, algorithms=ALGORITHMS).claims


def _check(claims: dict[str, Any], *, issuer: str, client_id: str, nonce: str) -> None:
    """OpenID Connect Core 1.0, 3.1.3.7."""
    JWTClaimsRegistry(
        now=int(now().timestamp()),
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        sub={"essential": True},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    ).validate(claims)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise ValueError("azp is not us")
    if len(claims["sub"]) > SUBJECT_CHARACTERS:
        raise ValueError("sub is too long")


def _person(claims: dict[str, Any]) -> Person:
    if claims.get("email_verified") is not True:
        raise EmailNotVerifiedThere
    email = _text(_EMAIL, claims.get("email"))
    if email is None:
        raise ValueError("email is no address")
    subject = f"{claims['iss']} {claims['sub']}"  # another provider may call somebody else the same
    return Person(subject, email, _text(_LINE, claims.get("name")) or email.partition("@")[0])


def _text(kind: TypeAdapter[str], claimed: object) -> str | None:
    """As it would be taken from somebody who registers, or not at all."""
    try:
        return kind.validate_python(claimed, strict=True)
    except ValidationError:
        return None

"""Tokens that somebody made up, against the routes themselves."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from elenchus.core.ids import new_id
from elenchus.identity import tokens
from tests.identity.conftest import bearer, me


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forgeries(token: str, other: str) -> list[str]:
    """Of somebody's good token, and of a stranger's from another tenant."""
    head, payload, seal = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    theirs = jwt.decode(other, options={"verify_signature": False})
    key = tokens._access_key()

    def encoded(
        algorithm: str = "HS256", secret: object = key, headers: dict[str, Any] | None = None, **more: Any
    ) -> str:
        return jwt.encode(claims | more, secret, algorithm=algorithm, headers=headers)

    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    rs256 = encoded("RS256", rsa_key)
    return [
        *(f"{part({'alg': name})}.{payload}.{end}" for name in ("none", "None", "NONE") for end in ("", seal)),
        rs256,
        f"{part({'alg': 'RS256'})}.{payload}.{seal}",  # one algorithm named, another used
        f"{head}.{payload}.{rs256.rpartition('.')[2]}",
        *(encoded(headers=chosen) for chosen in (
            {"kid": "../../dev/null"}, {"jku": "https://evil.example/jwks.json"}, {"x5u": "https://evil.example/x"},
            {"jwk": {"kty": "oct", "k": part("x")}},
        )),
        encoded(exp=1), encoded(aud="other"), encoded(iss="other"), encoded(nbf=2**33), encoded(secret=b"x" * 32),
        encoded(sid=theirs["sid"]),  # the stranger's session for mine, and mine in the stranger's tenant
        encoded(tid=theirs["tid"]), encoded(sub=theirs["sub"]), encoded(sid=str(new_id())),
        f"{head}.{part(theirs)}.{seal}",
        f"{head}.{payload}.{other.rpartition('.')[2]}",
        f"{head}.{payload}", f"{head}.{payload}.", token[:-1], token[1:], token + "A", token[: len(token) // 2],
        token.swapcase(), f"{token}.{seal}", f"{token},{token}", token + "." + "A" * 20_000, "A" * 20_000, "é" * 40,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "route", ["/auth/me", "/auth/session", "/documents", "/jobs", "/chat/conversations", "/api-keys"]
)
async def test_no_forged_token_enters(client, firm, route):
    mine, theirs = await firm(), await firm()
    url = f"/api/v1{route}"
    assert (await client.get(url, headers=bearer(mine.access_token))).status_code == 200
    for forged in forgeries(mine.access_token, theirs.access_token):
        answer = await client.get(url, headers={b"Authorization": b"Bearer " + forged.encode("latin-1")})
        assert answer.status_code == 401, forged[:200]
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_refresh_token_opens_nothing(client, account):
    assert (await me(client, account["refresh_token"])).status_code == 401

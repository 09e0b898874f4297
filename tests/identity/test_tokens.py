"""Only what this deployment signed, unexpired and complete, is a token."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from elenchus.core import crypto
from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Principal, Role
from elenchus.core.settings import settings
from elenchus.identity import tokens
from elenchus.identity.errors import InvalidToken

pytestmark = pytest.mark.usefixtures("settings_")


def claims(**changes: object) -> dict[str, object]:
    issued = int(now().timestamp())
    good = {
        "iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "iat": issued, "exp": issued + 60,
        "sub": str(new_id()), "sid": str(new_id()), "tid": str(new_id()),
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, object], key: bytes | None = None, **options: object) -> str:
    return jwt.encode(payload, key or tokens._access_key(), algorithm="HS256", **options)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def refused(token: str) -> bool:
    try:
        tokens.read_access_token(token)
    except InvalidToken:
        return True
    return False


class TestAccessToken:
    def test_says_who_where_and_until_when(self):
        principal = Principal(new_id(), new_id(), Role.MEMBER, new_id())
        read = tokens.read_access_token(tokens.access_token(principal))
        assert (read.user_id, read.session_id, read.tenant_id) == (
            principal.user_id, principal.session_id, principal.tenant_id,
        )  # fmt: skip
        life = read.expires_at - now()
        allowed = timedelta(seconds=settings().auth.access_token_seconds)
        assert allowed - timedelta(seconds=3) < life <= allowed

    @pytest.mark.parametrize("name", ["sub", "sid", "tid"])
    @pytest.mark.parametrize("value", ["nobody", "", 24 * "z"])
    def test_of_ours_with_ids_that_are_none_is_refused(self, name, value):
        assert refused(signed(claims(**{name: value})))

    def test_holds_no_role_mail_or_name(self):
        principal = Principal(new_id(), new_id(), Role.ADMIN, new_id(), is_superuser=True)
        payload = jwt.decode(tokens.access_token(principal), options={"verify_signature": False})
        assert set(payload) == {"iss", "aud", "iat", "exp", "sub", "sid", "tid"}

    def test_a_token_made_by_hand_with_our_key_is_read(self):
        assert not refused(signed(claims()))  # or the refusals below would prove nothing

    @pytest.mark.parametrize("missing", ["iss", "aud", "iat", "exp", "sub", "sid", "tid"])
    def test_every_claim_is_required(self, missing):
        assert refused(signed(claims(**{missing: None})))

    @pytest.mark.parametrize(
        "wrong", [{"aud": "other"}, {"aud": ["other"]}, {"iss": "other"}, {"iss": ""}, {"exp": 1}, {"nbf": 2**33}]
    )
    def test_each_claim_must_be_ours(self, wrong):
        assert refused(signed(claims(**wrong)))

    def test_expired_this_second_is_expired(self):
        assert refused(signed(claims(exp=int(now().timestamp()))))

    def test_a_clock_a_second_ahead_is_no_forgery(self):
        assert not refused(signed(claims(iat=int(now().timestamp()) + 2)))


class TestForgery:
    def test_another_key(self):
        assert refused(signed(claims(), b"x" * 32))

    def test_the_deployments_own_key_or_that_of_another_purpose(self):
        assert refused(signed(claims(), crypto.secret_key(settings().server)))
        assert refused(signed(claims(), crypto.key_for(settings().server, "refresh token")))

    @pytest.mark.parametrize("name", ["none", "None", "NONE", "", "nOnE"])
    def test_no_algorithm(self, name):
        head = part({"alg": name, "typ": "JWT"})
        assert refused(f"{head}.{part(claims())}.")
        assert refused(f"{head}.{part(claims())}.{signed(claims()).rpartition('.')[2]}")

    @pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
    @pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
    def test_another_algorithm_with_the_right_key(self, algorithm):
        assert refused(jwt.encode(claims(), tokens._access_key(), algorithm=algorithm))

    @pytest.mark.parametrize(
        "header",
        [
            {"kid": "../../dev/null"}, {"jku": "https://evil.example/jwks.json"}, {"x5u": "https://evil.example/x"},
            {"jwk": {"kty": "oct", "k": part("x")}}, {"crit": ["exp"]}, {"cty": "JWT"},
        ],
    )  # fmt: skip
    def test_headers_that_would_choose_the_key(self, header):
        assert refused(signed(claims(), headers=header))

    def test_a_changed_payload(self):
        head, _, seal = signed(claims()).split(".")
        assert refused(f"{head}.{part(claims())}.{seal}")

    @pytest.mark.parametrize(
        "junk",
        [
            "",
            ".",
            "..",
            "...",
            "a.b.c",
            "é" * 40,
            "\0",
            "null",
            "[" * 5000,
            part("[" * 100) + "..",
            "elk_12345678_" + "x" * 43,
        ],
    )
    def test_junk(self, junk):
        assert refused(junk)
        assert refused(tokens._HEADER + junk)

    def test_a_header_too_deep_to_parse(self):
        deep = base64.urlsafe_b64encode(b'{"alg":"HS256","x":' + b"[" * 30_000).decode()
        assert refused(f"{deep}.{part(claims())}.x")


class TestRefreshToken:
    def test_names_its_session_and_is_never_the_same(self):
        session_id = new_id()
        first, second = tokens.refresh_token(session_id), tokens.refresh_token(session_id)
        assert tokens.read_refresh_token(first).session_id == session_id
        assert tokens.read_refresh_token(first).digest == crypto.digest(first)
        assert tokens.read_refresh_token(second).digest != crypto.digest(first)

    def test_an_invented_one_is_not_ours(self):
        """Else anyone who knows a session's id could have it ended as misused."""
        body = f"{new_id()}.{crypto.random_token()}"
        for seal in ("", crypto.random_token(), "x", "é"):
            with pytest.raises(InvalidToken):
                tokens.read_refresh_token(f"{body}.{seal}")

    def test_a_seal_fits_one_session_only(self):
        mine = tokens.refresh_token(new_id())
        with pytest.raises(InvalidToken):
            tokens.read_refresh_token(str(new_id()) + mine[24:])

    @pytest.mark.parametrize("junk", ["", ".", "..", "x" * 500, "é.é.é", "null"])
    def test_junk(self, junk):
        with pytest.raises(InvalidToken):
            tokens.read_refresh_token(junk)

    def test_an_access_token_is_none(self):
        with pytest.raises(InvalidToken):
            tokens.read_refresh_token(signed(claims()))

"""The deployment's key: made once, whole, for its owner's eyes; and never guessed in production."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from elenchus.core import crypto
from elenchus.core.crypto import NoSecretKey, digest, key_for, random_token, secret_key
from elenchus.core.settings import SECRET_BYTES, Environment, ServerSettings


def development(folder: Path, **values: object) -> ServerSettings:
    return ServerSettings(_env_file=None, data_dir=folder, secret_key=None, **values)


@pytest.fixture(autouse=True)
def _each_test_reads_the_file_anew():
    crypto._kept_key.cache_clear()
    yield
    crypto._kept_key.cache_clear()


class TestSecretKey:
    def test_the_configured_one_is_used_and_no_file_is_made(self, tmp_path):
        server = ServerSettings(_env_file=None, data_dir=tmp_path, secret_key=SecretStr("k" * 40))
        assert secret_key(server) == b"k" * 40
        assert not list(tmp_path.iterdir())

    def test_development_makes_one_and_keeps_it(self, tmp_path):
        first = secret_key(development(tmp_path))
        crypto._kept_key.cache_clear()
        assert secret_key(development(tmp_path)) == first
        assert len(first) >= SECRET_BYTES

    def test_two_deployments_have_two(self, tmp_path):
        assert secret_key(development(tmp_path / "a")) != secret_key(development(tmp_path / "b"))

    def test_only_its_owner_may_read_it(self, tmp_path):
        before = os.umask(0)
        try:
            secret_key(development(tmp_path / "data"))
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700

    def test_no_draft_is_left(self, tmp_path):
        secret_key(development(tmp_path))
        assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]

    @pytest.mark.parametrize("content", [b"", b"short", b" " * 60])
    def test_a_broken_file_is_refused_and_not_overwritten(self, tmp_path, content):
        (tmp_path / "secret_key").write_bytes(content)
        with pytest.raises(NoSecretKey, match="is not a key"):
            secret_key(development(tmp_path))
        assert (tmp_path / "secret_key").read_bytes() == content

    def test_an_empty_one_counts_as_none(self, tmp_path):
        server = ServerSettings(_env_file=None, data_dir=tmp_path, secret_key=SecretStr(""))
        assert len(secret_key(server)) >= SECRET_BYTES


class TestProduction:
    def test_settings_refuse_to_have_none(self, tmp_path):
        with pytest.raises(ValidationError, match="SECRET_KEY"):
            development(tmp_path, environment="production")

    def test_none_is_made_even_when_settings_were_bypassed(self, tmp_path):
        server = development(tmp_path).model_copy(update={"environment": Environment.PRODUCTION})
        with pytest.raises(NoSecretKey, match="production"):
            secret_key(server)
        assert not list(tmp_path.iterdir())


class TestRace:
    def test_threads_that_start_together_agree(self, tmp_path):
        def ask(_: int) -> bytes:
            path = tmp_path / "secret_key"
            return crypto._kept_key.__wrapped__(path)

        with ThreadPoolExecutor(16) as threads:
            assert len(set(threads.map(ask, range(64)))) == 1
        assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]

    def test_processes_that_start_together_agree(self, tmp_path):
        program = (
            "import sys; from pathlib import Path; from elenchus.core.crypto import _kept_key; "
            "sys.stdin.readline(); print(_kept_key(Path(sys.argv[1])).decode())"
        )
        source = str(Path(crypto.__file__).parents[2])
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path / "secret_key")],
                env={**os.environ, "PYTHONPATH": source},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("\n")
            racer.stdin.flush()
        seen = {racer.communicate(timeout=60)[0] for racer in racers}
        assert len(seen) == 1
        assert len(seen.pop()) > SECRET_BYTES

    def test_who_comes_second_takes_the_first_ones(self, tmp_path):
        path = tmp_path / "secret_key"
        crypto._keep_new_key(path)
        first = path.read_bytes()
        crypto._keep_new_key(path)
        assert path.read_bytes() == first


class TestDerived:
    def test_each_purpose_has_a_key_of_its_own(self, tmp_path):
        server = development(tmp_path)
        keys = {key_for(server, purpose) for purpose in ("access token", "refresh token")} | {secret_key(server)}
        assert len(keys) == 3

    def test_the_same_purpose_has_the_same_key(self, tmp_path):
        server = development(tmp_path)
        assert key_for(server, "access token") == key_for(server, "access token")
        assert len(key_for(server, "access token")) == SECRET_BYTES

    def test_tokens_differ_and_their_digest_does_not_contain_them(self):
        tokens = {random_token() for _ in range(1000)}
        assert len(tokens) == 1000
        assert {len(token) for token in tokens} == {43}
        token = tokens.pop()
        assert digest(token) == digest(token)
        assert len(digest(token)) == 64
        assert token not in digest(token)

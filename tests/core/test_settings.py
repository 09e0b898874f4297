import json

import pytest
from pydantic import ValidationError

from elenchus.core.settings import MongoSettings, ServerSettings, Settings


@pytest.fixture(autouse=True)
def empty_place(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET_KEY", "ENVIRONMENT", "PORT", "MONGODB_URL", "MAX_FILE_SIZE", "LIBRARY_MAX_FILE_BYTES"):
        monkeypatch.delenv(name, raising=False)


def test_defaults_work_on_a_laptop():
    assert Settings().server.port == 8000
    assert Settings().mongo.url is None


def test_environment_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("PORT=8100\nMONGODB_URL=mongodb://file\n")
    monkeypatch.setenv("PORT", "8200")
    assert ServerSettings().port == 8200
    url = MongoSettings().url
    assert url is not None
    assert url.get_secret_value() == "mongodb://file"


def test_an_empty_value_is_no_value(monkeypatch):
    monkeypatch.setenv("MONGODB_URL", "")
    assert MongoSettings().url is None


@pytest.mark.parametrize("name", ["MAX_FILE_SIZE", "LIBRARY_MAX_FILE_BYTES"])
def test_the_upload_limit_has_two_names(monkeypatch, name):
    monkeypatch.setenv(name, "123456")
    assert Settings().library.max_file_bytes == 123456


@pytest.mark.parametrize("secret", ["", "change-me", "0123456789abcdefghijklmnopqrstu", "k" * 40, "secret" * 8])
def test_production_refuses_a_weak_secret(monkeypatch, secret):
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", secret)
    with pytest.raises(ValidationError, match="openssl rand"):
        ServerSettings()


def test_production_takes_a_strong_one_and_never_shows_it(monkeypatch):
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("SECRET_KEY", "0123456789abcdefghijklmnopqrstuv")
    assert "0123456789" not in repr(ServerSettings())


@pytest.mark.parametrize(
    "origin",
    [
        "*", "https://*.firm.example", "null", "", "firm.example", "ftp://firm.example", "https://", "//firm.example",
        "https://firm.example/app", "https://firm.example?", "https://ada@firm.example", "https://firm.example:",
        "https://firm.example https://evil.example",
    ],
)  # fmt: skip
def test_an_origin_is_one_website(monkeypatch, origin):
    monkeypatch.setenv("CORS_ORIGINS", json.dumps([origin]))
    with pytest.raises(ValidationError, match="name each origin"):
        ServerSettings()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://A.firm.example/", "https://a.firm.example"),
        (" https://a.firm.example:443", "https://a.firm.example"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://my_desk:80/", "http://my_desk"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_origins_are_written_as_browsers_do(monkeypatch, given, meant):
    monkeypatch.setenv("CORS_ORIGINS", json.dumps([given]))
    assert ServerSettings().cors_origins == [meant]


def test_settings_cannot_be_changed_in_flight():
    with pytest.raises(ValidationError):
        Settings().server.port = 1

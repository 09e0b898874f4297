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


@pytest.mark.parametrize("origins", ['["*"]', '["https://*.firm.example"]'])
def test_no_origin_stands_for_all(monkeypatch, origins):
    monkeypatch.setenv("CORS_ORIGINS", origins)
    with pytest.raises(ValidationError, match="name each origin"):
        ServerSettings()


def test_settings_cannot_be_changed_in_flight():
    with pytest.raises(ValidationError):
        Settings().server.port = 1

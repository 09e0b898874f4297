"""Every knob, read once from the environment and `.env`. Nothing else in Elenchus reads either.

Each field's environment name is its group's prefix and its own name in capitals; a unit is part of the name.
`.env.example` lists them all, and a test compares.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from elenchus.core.origin import one_origin
from elenchus.core.settings_egress import EgressSettings as EgressSettings
from elenchus.core.settings_group import group as _group
from elenchus.core.settings_models import EmbeddingSettings as EmbeddingSettings
from elenchus.core.settings_models import LlmSettings as LlmSettings

SECRET_BYTES = 32  # HS256 wants a key at least as long as its digest (RFC 7518, 3.2)
SECRET_VARIETY = 10  # different characters; what people type to fill a length has fewer


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class ServerSettings(BaseSettings):
    model_config = _group("")

    environment: Environment = Field(Environment.DEVELOPMENT, description="development or production")
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for every interface")
    port: int = Field(8000, ge=1, le=65535, description="the one port of interface, API and docs")
    data_dir: Path = Field(Path("data"), description="uploads, the embedded database and queue, the development key")
    ui_dir: Path = Field(Path("frontend/out"), description="the built web interface, served at /; absent: API alone")
    secret_key: SecretStr | None = Field(None, description="signs access tokens; made and kept in development")
    shutdown_grace_seconds: int = Field(20, ge=0, description="how long open streams may finish after SIGTERM")
    max_body_bytes: int = Field(262_144, ge=1024, description="largest JSON body; uploads have their own limit")
    public_url: str = Field(
        "", description="how people reach this deployment, for links in mails; empty: http://HOST:PORT"
    )
    trusted_proxies: list[str] = Field(
        default_factory=list, description="JSON list of addresses whose X-Forwarded-For and -Proto are believed"
    )
    cors_origins: list[str] = Field(
        default_factory=list, description='JSON list, e.g. ["https://research.firm.example"]'
    )

    @property
    def base_url(self) -> str:
        """As people reach it, without a slash at the end. Never from a request: whoever sends one chooses its Host."""
        host = {"0.0.0.0": "localhost", "::": "localhost"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return self.public_url.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @field_validator("cors_origins")
    @classmethod
    def _as_browsers_write_them(cls, origins: list[str]) -> list[str]:
        return [one_origin(origin) for origin in origins]

    @model_validator(mode="after")
    def _refuse_weak_secret(self) -> Self:
        secret = self.secret_key.get_secret_value() if self.secret_key else ""
        if self.environment is Environment.DEVELOPMENT:
            return self
        if len(secret.encode()) < SECRET_BYTES or len(set(secret)) < SECRET_VARIETY:
            raise ValueError(
                f"SECRET_KEY must be your own random text of at least {SECRET_BYTES} bytes in {self.environment}; "
                "make one with `openssl rand -base64 48`."
            )
        return self


class LogSettings(BaseSettings):
    model_config = _group("LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    format: Literal["auto", "json", "console"] = Field("auto", description="auto: console on a terminal, else JSON")


class MongoSettings(BaseSettings):
    model_config = _group("MONGODB_")

    url: SecretStr | None = Field(None, description="empty: the embedded database under DATA_DIR")
    database: str = Field("elenchus", description="name of the database on that server")
    request_timeout_seconds: float = Field(2.0, gt=0, description="one operation of a request; the answer is 503 after")
    job_timeout_seconds: float = Field(10, gt=0, description="one operation of a background job")
    max_pool_size: int = Field(50, ge=1, description="connections of one process")


class RedisSettings(BaseSettings):
    model_config = _group("REDIS_")

    url: SecretStr | None = Field(None, description="empty: the embedded Valkey under DATA_DIR")


class AuthSettings(BaseSettings):
    model_config = _group("AUTH_")

    access_token_seconds: int = Field(900, ge=30, description="how long an access token is valid")
    refresh_token_days: int = Field(30, ge=1, description="how long a session lives without being used")
    bcrypt_rounds: int = Field(12, ge=4, le=16, description="2^n rounds for each password; 12 take about 0.2 s")
    min_password_characters: int = Field(12, ge=12, description="in production never below 15")
    session_cache_seconds: float = Field(1.0, ge=0, le=1, description="how long a process may trust a session it saw")
    max_failed_logins: int = Field(5, ge=1, description="wrong passwords in a row before the account is locked")
    lockout_seconds: int = Field(900, ge=1, description="how long it stays locked, and failures are remembered")
    reset_token_seconds: int = Field(3600, ge=60, description="how long a mailed password reset works")
    verify_token_seconds: int = Field(86_400, ge=60, description="how long a mailed verification works")
    invitation_days: int = Field(7, ge=1, description="how long an invitation can be accepted")
    restore_days: int = Field(30, ge=0, description="until a deleted user or tenant is erased")
    first_user_is_superuser: bool | None = Field(
        None, description="whoever registers first on an empty deployment; empty: in development only"
    )


class GoogleSignInSettings(BaseSettings):
    model_config = _group("GOOGLE_OIDC_")

    client_id: str | None = Field(None, description="of the OAuth client; empty: no sign-in with Google")
    client_secret: SecretStr | None = Field(None, description="of the same client")
    issuer: str = Field("https://accounts.google.com", description="any OpenID Connect provider that verifies e-mails")


class MailSettings(BaseSettings):
    model_config = _group("SMTP_")

    host: str | None = Field(None, description="empty: mails go to the log in development, and nowhere in production")
    port: int = Field(587, ge=1, le=65535, description="of the mail server")
    username: str | None = Field(None, description="empty: no authentication")
    password: SecretStr | None = Field(None, description="for that user")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="starttls, tls or none")
    sender: str = Field("Elenchus <elenchus@localhost>", description="From of every mail")
    timeout_seconds: float = Field(20, gt=0, description="for handing one mail over")


class LimitSettings(BaseSettings):
    model_config = _group("LIMIT_")

    enabled: bool = Field(True, description="requests are counted; false only behind another limiter")
    anonymous_per_minute: int = Field(120, ge=1, description="requests of one address that is not signed in")
    logins_per_minute: int = Field(30, ge=1, description="sign-ins, registrations, tries at codes: of one address")
    mails_per_hour: int = Field(10, ge=1, description="mails asked for by, or sent to, one address")
    idempotency_hours: int = Field(24, ge=1, description="how long an Idempotency-Key is remembered")


class _TierSettings(BaseSettings):
    """0 means without limit."""

    requests_per_minute: int = Field(600, ge=0, description="of one user or API key; 0: no limit")
    monthly_events: int = Field(100_000, ge=0, description="tracked events in a calendar month; 0: no limit")
    monthly_tokens: int = Field(5_000_000, ge=0, description="of language models in a calendar month; 0: no limit")
    storage_bytes: int = Field(5_000_000_000, ge=0, description="of uploaded originals; 0: no limit")


class FreeTierSettings(_TierSettings):
    model_config = _group("TIER_FREE_")


class ProTierSettings(_TierSettings):
    model_config = _group("TIER_PRO_")

    requests_per_minute: int = Field(3_000, ge=0, description="of one user or API key; 0: no limit")
    monthly_events: int = Field(5_000_000, ge=0, description="tracked events in a calendar month; 0: no limit")
    monthly_tokens: int = Field(100_000_000, ge=0, description="of language models in a calendar month; 0: no limit")
    storage_bytes: int = Field(100_000_000_000, ge=0, description="of uploaded originals; 0: no limit")


class EnterpriseTierSettings(_TierSettings):
    model_config = _group("TIER_ENTERPRISE_")

    requests_per_minute: int = Field(30_000, ge=0, description="of one user or API key; 0: no limit")
    monthly_events: int = Field(0, ge=0, description="tracked events in a calendar month; 0: no limit")
    monthly_tokens: int = Field(0, ge=0, description="of language models in a calendar month; 0: no limit")
    storage_bytes: int = Field(0, ge=0, description="of uploaded originals; 0: no limit")


class AuditSettings(BaseSettings):
    model_config = _group("AUDIT_")

    retention_days: int = Field(2_555, ge=30, description="how long the record of who did what is kept; seven years")


class LibrarySettings(BaseSettings):
    model_config = _group("LIBRARY_")

    max_file_bytes: int = Field(
        50_000_000,
        ge=1024,
        validation_alias=AliasChoices("MAX_FILE_SIZE", "LIBRARY_MAX_FILE_BYTES"),
        description="bytes of one uploaded file",
    )
    max_files_per_upload: int = Field(20, ge=1, le=100, description="files in one request")
    max_pages: int = Field(5_000, ge=1, description="pages of one document")
    max_characters: int = Field(50_000_000, ge=1000, description="characters of one document")
    read_timeout_seconds: float = Field(300, gt=0, description="wall time for reading one file in its child process")
    reader_memory_bytes: int = Field(1 << 30, ge=1 << 28, description="address space of the reading child process")
    tessdata_folder: str | None = Field(
        None,
        validation_alias=AliasChoices("TESSDATA_PREFIX", "LIBRARY_TESSDATA_FOLDER"),
        description="Tesseract's language data for scans; empty: where Debian, Fedora and Homebrew put it",
    )
    search_backend: Literal["process", "atlas"] = Field("process", description="where passages are found: decision 009")
    segment_cache_bytes: int = Field(256_000_000, ge=1_000_000, description="search indexes kept by each process")
    vector_cache_bytes: int = Field(256_000_000, ge=1_000_000, description="vectors of passages kept by each process")


class JobSettings(BaseSettings):
    model_config = _group("JOBS_")

    queue: str = Field("elenchus", description="name of the arq queue; one per deployment that shares a Redis")
    concurrency: int = Field(4, ge=1, description="jobs that one worker runs side by side")
    lease_seconds: float = Field(15, gt=0, description="how long a worker owns a job without a sign of life")
    heartbeat_seconds: float = Field(5, gt=0, description="how often it renews that; a third of the lease")
    takeover_grace_seconds: float = Field(2, ge=0, description="past the end of a lease before another takes over")
    sweep_seconds: float = Field(5, gt=0, description="how often a worker looks for jobs nobody runs")
    timeout_seconds: float = Field(3600, gt=0, description="the longest one attempt may take")
    drain_seconds: int = Field(25, ge=0, description="how long a stopping worker lets its jobs finish")
    keep_ended_days: int = Field(
        90, ge=1, description="how long a job that ended is listed; a tenant's retention_days may be fewer"
    )


class ResearchSettings(BaseSettings):
    model_config = _group("RESEARCH_")

    sources_per_answer: int = Field(8, ge=1, le=32, description="passages given to the model")
    stream_ttl_seconds: int = Field(900, ge=60, description="how long a finished answer's events can be resumed")
    answer_lease_seconds: float = Field(30, gt=0, description="a draft without a sign of life is failed after")
    memory_model: str = Field(
        "same",
        description="provider:model that writes titles and summaries of conversations, none, or same: "
        "the one that answered",
    )


class LangfuseSettings(BaseSettings):
    model_config = _group("LANGFUSE_")

    public_key: str | None = Field(None, description="of the project; empty: nothing is traced")
    secret_key: SecretStr | None = Field(None, description="of the same project")
    base_url: str = Field("https://cloud.langfuse.com", description="of your own Langfuse, or a region of its cloud")
    send_text: bool = Field(False, description="questions, answers and comments too; else only how long they are")
    tracing_enabled: bool = Field(True, description="false: nothing is traced, keys or not")
    sample_rate: float = Field(1.0, ge=0, le=1, description="share of turns and jobs that are traced")
    timeout_seconds: int = Field(5, ge=1, le=60, description="for sending one batch")

    @property
    def is_on(self) -> bool:
        return bool(self.tracing_enabled and self.public_key and self.secret_key)


class Settings(BaseModel):
    """All groups. Tests and `elenchus up` replace some of them; everything else takes them as they are."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    mongo: MongoSettings = Field(default_factory=MongoSettings)
    redis: RedisSettings = Field(default_factory=RedisSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    google_sign_in: GoogleSignInSettings = Field(default_factory=GoogleSignInSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    egress: EgressSettings = Field(default_factory=EgressSettings)
    limits: LimitSettings = Field(default_factory=LimitSettings)
    tier_free: FreeTierSettings = Field(default_factory=FreeTierSettings)
    tier_pro: ProTierSettings = Field(default_factory=ProTierSettings)
    tier_enterprise: EnterpriseTierSettings = Field(default_factory=EnterpriseTierSettings)
    audit: AuditSettings = Field(default_factory=AuditSettings)
    library: LibrarySettings = Field(default_factory=LibrarySettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    jobs: JobSettings = Field(default_factory=JobSettings)
    research: ResearchSettings = Field(default_factory=ResearchSettings)
    langfuse: LangfuseSettings = Field(default_factory=LangfuseSettings)


_current: Settings | None = None


def settings() -> Settings:
    """The settings of this process, read at the first call."""
    global _current
    if _current is None:
        _current = Settings()
    return _current


def use(replacement: Settings) -> Settings:
    """Let this process run with other settings than its environment's: `elenchus up` and tests do."""
    global _current
    _current = replacement
    return replacement


def child_environment(changes: dict[str, str]) -> dict[str, str]:
    """This process's environment for a child of it, with these settings replaced."""
    return {**os.environ, **changes}

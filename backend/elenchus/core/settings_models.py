"""The settings of the models; everybody has them from `core.settings`."""

from typing import Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from elenchus.core.settings_group import group

LONGEST_WAIT_SECONDS = 20.0  # before a model is asked again


class LlmSettings(BaseSettings):
    model_config = group("LLM_")

    model: str = Field(
        "auto",
        description="provider:model (google_genai:gemini-3.8-flash, openai:…), extractive, "
        "or auto: Gemini with a GOOGLE_API_KEY, else extractive",
    )
    google_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY"), description="for Gemini"
    )
    google_base_url: str | None = Field(None, validation_alias="GOOGLE_GEMINI_BASE_URL", description="proxy or region")
    api_key: SecretStr | None = Field(None, description="of any other provider; empty: the variable its package reads")
    base_url: str | None = Field(None, description="of any other provider, e.g. http://localhost:11434 for Ollama")
    choices: list[str] = Field(
        default_factory=list,
        description="JSON list of models that a question may name beside LLM_MODEL and extractive; "
        '"openai:*": all of that provider',
    )
    temperature: float = Field(0.2, ge=0, le=2, description="unless the question asks for another; some ignore it")
    temperature_min: float = Field(0, ge=0, le=2, description="lowest that a question may ask for")
    temperature_max: float = Field(2, ge=0, le=2, description="highest that a question may ask for")
    fallbacks: list[str] = Field(
        default_factory=list,
        description="JSON list of models that answer in this order when LLM_MODEL cannot; extractive may be one",
    )
    timeout_seconds: float = Field(60, gt=0, description="the longest silence of a model that is to answer")
    max_attempts: int = Field(3, ge=1, description="calls before giving up on rate limits and outages")
    breaker_failures: int = Field(5, ge=1, description="failures in a row after which a provider is left alone")
    breaker_seconds: float = Field(30, gt=0, description="how long it is left alone before one call tries again")
    max_output_tokens: int = Field(4096, ge=64, description="longest answer")
    context_tokens: int = Field(
        32_000,
        ge=2_048,
        description="of rules, conversation, sources, question and answer together; no model may take less",
    )

    @model_validator(mode="after")
    def _leaves_room_to_ask(self) -> Self:
        if self.max_output_tokens > self.context_tokens // 2:
            raise ValueError("LLM_MAX_OUTPUT_TOKENS may be half of LLM_CONTEXT_TOKENS at most.")
        return self

    @model_validator(mode="after")
    def _asks_within_its_range(self) -> Self:
        if not self.temperature_min <= self.temperature <= self.temperature_max:
            raise ValueError("LLM_TEMPERATURE is not between LLM_TEMPERATURE_MIN and LLM_TEMPERATURE_MAX.")
        return self

    @property
    def prompt_tokens(self) -> int:
        """The longest prompt."""
        return self.context_tokens - self.max_output_tokens

    @property
    def patience_seconds(self) -> float:
        """Past any silence that the models and their stand-ins end by themselves, with the rests before new calls."""
        return (1 + len(self.fallbacks)) * self.max_attempts * (self.timeout_seconds + LONGEST_WAIT_SECONDS) + 5


class EmbeddingSettings(BaseSettings):
    model_config = group("EMBEDDING_")

    model: str = Field(
        "auto",
        description="provider:model, none, or auto: gemini-embedding-001 with a GOOGLE_API_KEY, else none",
    )
    dimensions: int | None = Field(None, ge=8, le=4096, description="of a vector; empty: 768 of Gemini, else its own")
    api_key: SecretStr | None = Field(None, description="of any other provider; empty: the variable its package reads")
    base_url: str | None = Field(None, description="of any other provider")
    timeout_seconds: float = Field(60, gt=0, description="for one batch of passages")
    question_timeout_seconds: float = Field(2, gt=0, description="for a question; it is searched by its words after")
    max_attempts: int = Field(5, ge=1, description="calls for one batch before a document does without vectors")

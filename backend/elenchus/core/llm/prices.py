"""What models cost, in US dollars per million tokens, from which day on, and where that is written.

Google's are of the paid tier. No two sources are mixed in one price. A model that is not here has no known price; its
answers then carry none instead of a guess.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """Where prices stand. `quotes` is the provider's own page when this is not it but a copy of what it said."""

    url: str
    read_on: date
    quotes: str | None = None


@dataclass(frozen=True, slots=True)
class Price:
    since: date
    prompt: float
    completion: float  # thinking included
    source: Source | None  # None: our own, which is nobody's to look up
    cached: float | None = None  # None: priced as any other token of the prompt, which is the most it can be
    beyond: "Step | None" = None


@dataclass(frozen=True, slots=True)
class Step:
    """Of a call whose prompt is longer than `tokens`: then all of it costs this."""

    tokens: int
    prompt: float
    completion: float
    cached: float | None = None


_GOOGLES = "https://ai.google.dev/gemini-api/docs/pricing"
_COPIES = "https://github.com/pydantic/genai-prices"
_LIST = f"{_COPIES}/blob/47df840a5ab10bbcffb8e5ac01b9899032245d1b/prices/providers/google.yml"


def _copied(year: int, month: int, day: int, url: str = _LIST) -> Source:
    """Google's page as others read it on that day."""
    return Source(url, date(year, month, day), quotes=_GOOGLES)


_START, _NEW_YEAR = date(2026, 1, 1), date(2027, 1, 1)
_AUGUST = _copied(2026, 8, 13)
_SEPTEMBER = _copied(2026, 9, 2, f"{_COPIES}/pull/678")

#: `provider:model` → its prices, oldest first.
PRICES: dict[str, tuple[Price, ...]] = {
    "extractive": (Price(_START, 0.0, 0.0, None),),
    "google_genai:gemini-3.8-flash": (
        Price(_START, 0.75, 3.75, _SEPTEMBER, 0.075),
        Price(_NEW_YEAR, 1.50, 7.50, _SEPTEMBER, 0.15),
    ),
    "google_genai:gemini-3.7-flash": (
        Price(_AUGUST.read_on, 0.75, 3.75, _AUGUST, 0.075),
        Price(_NEW_YEAR, 1.50, 7.50, _AUGUST, 0.15),
    ),
    "google_genai:gemini-3.6-flash": (
        Price(_AUGUST.read_on, 0.75, 3.75, _AUGUST, 0.075),  # it was dearer before
        Price(_NEW_YEAR, 1.50, 7.50, _AUGUST, 0.15),
    ),
    "google_genai:gemini-3.5-flash": (Price(_START, 1.50, 9.00, _copied(2026, 5, 19), 0.15),),
    "google_genai:gemini-3.5-flash-lite": (Price(_START, 0.30, 2.50, _copied(2026, 7, 22), 0.03),),
    "google_genai:gemini-3.1-flash-lite": (Price(_START, 0.25, 1.50, _copied(2026, 5, 12), 0.025),),
    "google_genai:gemini-3.1-pro-preview": (
        Price(_START, 2.00, 12.00, _copied(2026, 2, 23), 0.20, beyond=Step(200_000, 4.00, 18.00, 0.40)),
    ),
    "google_genai:gemini-embedding-001": (Price(_START, 0.15, 0.0, _copied(2026, 8, 21)),),
}


def price_of(model: str, prompt_tokens: int, *, on: date) -> Price | Step | None:
    """What holds on a day for a call with so long a prompt."""
    known = [price for price in PRICES.get(model, ()) if price.since <= on]
    price = known[-1] if known else None
    return price.beyond if price and price.beyond and prompt_tokens > price.beyond.tokens else price

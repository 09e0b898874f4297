"""What models cost, in US dollars per million tokens, and from which day on.

Google: https://ai.google.dev/gemini-api/docs/pricing, paid tier, prompts up to 200,000 tokens, as published in October
2026. A model that is not here has no known price; its answers then carry none instead of a guess.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Price:
    since: date
    prompt: float
    completion: float  # thinking included
    cached: float | None = None  # None: priced as any other token of the prompt, which is the most it can be


_START = date(2026, 1, 1)

#: `provider:model` → its prices, oldest first.
PRICES: dict[str, tuple[Price, ...]] = {
    "extractive": (Price(_START, 0.0, 0.0),),
    "google_genai:gemini-3.8-flash": (Price(_START, 0.75, 3.75, 0.075), Price(date(2027, 1, 1), 1.50, 7.50, 0.15)),
    "google_genai:gemini-3.5-flash": (Price(_START, 1.50, 9.00),),
    "google_genai:gemini-3.5-flash-lite": (Price(_START, 0.30, 2.50),),
    "google_genai:gemini-3.1-pro-preview": (Price(_START, 2.00, 12.00),),
    "google_genai:gemini-embedding-001": (Price(_START, 0.15, 0.0),),
}


def price_of(model: str, on: date) -> Price | None:
    """The price that holds on a day."""
    known = [price for price in PRICES.get(model, ()) if price.since <= on]
    return known[-1] if known else None

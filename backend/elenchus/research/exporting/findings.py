"""What the examination of an answer has found against it, in words for paper.

It is read as it was stored, by whichever version: what is unknown is said as it is and never passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elenchus.research.exporting.blocks import one_line

Stored = Mapping[str, Any]
MOST_DIFFERENCES = 3
_SHORT = {"altered": "altered", "not_found": "not found", "wrong_document": "from another document",
          "wrong_page": "from another page", "misleading_ellipsis": "misleading ellipsis"}  # fmt: skip
_QUOTES = {
    "altered": "differs from what the document says",
    "not_found": "stands in none of the documents",
    "wrong_page": "stands on another page than is cited",
    "wrong_document": "stands in another document than is cited",
    "misleading_ellipsis": "leaves out words that change what it says",
    "too_short": "is too short to be looked up",
    "too_many": "was not looked up: there were too many quotations",
    "exact": "does not stand in the source that is cited for it",
    "normalized": "does not stand in the source that is cited for it",
}
_STATEMENTS = {
    "no_source": "no such source was given",
    "quote": "it carries a quotation that does not stand",
    "figure": "the sources have another figure",
    "date": "the sources have another date",
    "period": "the sources have another period",
    "bound": "the sources set the bound otherwise",
    "negation": "the sources differ by a “not”",
    "modal": "the sources differ between must, may and need not",
    "party": "the sources say it of another party",
    "condition": "the sources make it depend on a condition",
    "opposite": "the sources say the opposite",
    "name": "the sources have another name",
    "language": "it is in another language than the source, so not compared",
    "words": "the sources do not say it",
}
_OUTSIDE = {"image": "an image", "html": "HTML", "hidden": "hidden signs", "link": "a link that no source has"}
UNEXAMINED = "This answer was not examined: nothing in it has been compared with the documents."


@dataclass(frozen=True, slots=True)
class Findings:
    """`flags` are words of the answer with what is to stand behind them; `summary` goes above it, `rows` below."""

    summary: tuple[str, ...] = ()
    flags: tuple[tuple[str, str], ...] = ()
    rows: tuple[str, ...] = ()


def of(verification: Stored | None) -> Findings:
    if verification is None:
        return Findings((UNEXAMINED,))
    failing = verification.get("failing") or ()
    quotes = _failing_quotes(verification, failing)
    statements = [row for row in failing if row["kind"] not in {"quote", "outside"}]
    told = {one_line(row["text"]) for row in statements}
    unsupported = map(one_line, verification.get("unsupported_sentences") or ())
    others = [text for text in unsupported if text and text not in told]
    return Findings(
        _summary(len(quotes), len(statements), len(others)),
        tuple((text, f"quotation not verified: {_SHORT.get(reason, 'see below')}") for text, reason, _ in quotes),
        (
            *(_quote(*each) for each in quotes),
            *(f"{_named(row)}: “{one_line(row['text'])}”: {_reason(_STATEMENTS, row)}." for row in statements),
            *(f"Without support in the sources: “{text}”" for text in others),
            *_invalid(verification.get("invalid_citations") or ()),
            *(f"Not carried along: {_reason(_OUTSIDE, row)}." for row in failing if row["kind"] == "outside"),
            *_authorities(verification.get("legal_citations") or ()),
        ),
    )


def _summary(*counts: int) -> tuple[str, ...]:
    names = (
        ("quotation that does not stand as quoted", "quotations that do not stand as quoted"),
        ("statement against its source or without it", "statements against their sources or without them"),
        ("other sentence without support", "other sentences without support"),
    )
    found = [f"{count} {words[count > 1]}" for count, words in zip(counts, names, strict=True) if count]
    return (f"WARNING: {', '.join(found)}. They are listed below the answer.",) if found else ()


def _named(row: Stored) -> str:
    cited = ", ".join(f"[{n}]" for n in row.get("citations") or ())
    return f"Statement, citing source {cited}" if cited else "Statement"


def _invalid(numbers: Sequence[int]) -> Iterator[str]:
    if numbers:
        yield f"Marks that name no source: {', '.join(map(str, numbers))}."


def _failing_quotes(verification: Stored, failing: Sequence[Stored]) -> list[tuple[str, str, Stored]]:
    """Words, reason, and what the library said of them; also of a time when only that was kept. A term in quotation
    marks is too short to be looked up, and falls only where its source has not even its letters."""
    rows = {one_line(row.get("quote", "")): row for row in verification.get("quotes") or ()}
    named = {one_line(row["text"]): row["reason"] for row in failing if row["kind"] == "quote"}
    unnamed = {
        text: verdict
        for text, row in rows.items()
        if row.get("verified") is not True and (verdict := row.get("verdict", "")) != "too_short"
    }
    return [(text, reason, rows.get(text, {})) for text, reason in {**unnamed, **named}.items() if text]


def _quote(text: str, reason: str, row: Stored) -> str:
    differences = (row.get("differences") or ())[:MOST_DIFFERENCES]
    shown = "".join(
        f"; quoted “{one_line(each['quote'])}”, in the document “{one_line(each['source'])}”" for each in differences
    )
    place = f" (p. {row['page_start']})" if row.get("page_start") else ""
    return f"Quotation: “{text}” {_QUOTES.get(reason, f'was not verified ({one_line(reason)})')}{place}{shown}."


def _reason(known: Mapping[str, str], row: Stored) -> str:
    return known.get(row["reason"], one_line(row["reason"]))


def _authorities(rows: Sequence[Stored]) -> Iterator[str]:
    """What is not in the library is not verified, and says so."""
    for row in rows:
        if row.get("in_library") is not True:
            yield f"Authority not in the library, so not checked: {one_line(str(row.get('text', '')))}."

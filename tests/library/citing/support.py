"""Citations in running text: each stands alone in a sentence and must be found with exactly its own span."""

from elenchus.library.citing.extraction import citations
from elenchus.library.citing.values import LegalCitation

SENTENCES = (
    "The court relied on {} for this point.",
    "As counsel put it ({}), the argument fails.",
    "Das Gericht folgt dem ({}; anders die Revision).",
    "{} was distinguished below.",
    "It was so held in an earlier ruling:\n\n   {}\n\nThe appeal is dismissed.",
)


def only(text: str) -> LegalCitation:
    found = citations(text)
    assert len(found) == 1, [(one.text, one.normal) for one in found]
    return found[0]


def in_sentences(citation: str) -> list[tuple[str, LegalCitation]]:
    """The sentence and what was found in it, once for each sentence."""
    texts = [sentence.format(citation) for sentence in SENTENCES]
    return [(text, only(text)) for text in texts]


def assert_cites(citation: str, kind: str, jurisdiction: str | None, normal: str | None) -> None:
    for text, found in in_sentences(citation):
        assert found.text == citation
        assert text[found.start : found.end] == citation
        assert (found.kind, found.jurisdiction, found.normal) == (kind, jurisdiction, normal)

"""What an ellipsis may leave out: something within one sentence that does not turn its meaning.

A dropped negation, exception or condition misleads, and so does a bridge from one sentence to another. The words are a
closed list in four languages; it is meant to be too long rather than too short, since a refused quotation can be looked
up and an accepted one will not be.
"""

import re
from typing import Final

from elenchus.core.llm.sentences import split

FARTHEST: Final = 600  # characters between two parts; more is a new quotation
_CONTEXT: Final = 40

_TURNING: Final = re.compile(
    r"\b(?:not|non|no|nor|never|neither|none|nobody|nothing|nowhere|cannot|without|except\w*|unless|until|"
    r"notwithstanding|provided(?:\s+that|\s*,?\s+however)|providing\s+that|however|but|if|only|solely|exclud\w+|"
    r"subject\s+to|other\s+than|rather\s+than|save\s+(?:for|that|as)|to\s+the\s+extent|so\s+long\s+as|as\s+long\s+as|"
    r"in\s+the\s+event|fail(?:s|ed|ure)?|limited\s+to|prohibit\w*|in\s+case|in\s+lieu|instead|whether|less|unable|"
    r"refrain\w*|forb(?:id|ear)\w*|preclud\w+|prevent\w*|refus\w+|declin\w+|den(?:y|ied|ies)|releas\w+|reliev\w+|"
    r"exempt\w*|waive[sd]?|ceas\w+|absence|lack\w*|conditional\w*|contingent|"
    r"nicht|kein\w*|nie|niemals|ohne|außer|ausser|sofern|soweit|wenn|falls|nur|jedoch|sondern|es\s+sei\s+denn|"
    r"ne|pas|jamais|aucun\w*|sauf|sans|hormis|si|seulement|toutefois|sous\s+réserve|à\s+moins|à\s+condition|"
    r"ni|nunca|ningun\w*|ningún|salvo|excepto|sin|sólo|solamente|siempre\s+que|a\s+menos)\b|n['’]t\b",
    re.IGNORECASE,
)
#: At the end of what is left out: the verb that follows is this subject's, not that of the words before.
_OTHER_SUBJECT: Final = re.compile(
    r"(?:[;,]|\b(?:and|or|while|whereas))\s+(?:(?:the|each|any|its|their)\s+)?(?:[A-Z]\w*\s+){0,3}[A-Z]\w*[\s,]*$"
)
_MEASURE: Final = re.compile(
    r"[\s-]*(?:hundred|thousand|(?:m|b|tr)illion|mille|million(?:en|s)?|millones|milliard\w*|tausend|mio|mrd|bn|mn|[mk]|"
    r"(?:per|pour|por)\s?cento?|percent|prozent|%|one|two|three|four|five|six|seven|eight|nine)\b",
    re.IGNORECASE,
)
_NUMBER_AT_END: Final = re.compile(
    r"(?:\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+t(?:y|een)|eleven|twelve|hundred|thousand))$",
    re.IGNORECASE,
)
_MODAL: Final = r"(?:shall|will|must|may|can|should|would)\b"
_BEGINS_WITH_MODAL: Final = re.compile(rf"\W*{_MODAL}", re.IGNORECASE)
_HAS_MODAL: Final = re.compile(rf"\b{_MODAL}", re.IGNORECASE)


def misleads(before: str, gap: str, after: str) -> bool:
    """Whether `before … after` says something else than `before gap after`."""
    if turns(gap):
        return True
    if _BEGINS_WITH_MODAL.match(after) and _HAS_MODAL.search(_last_sentence(before) + gap):
        return True  # the sentence had its verb: this one is another subject's
    if after[:1].islower() and _OTHER_SUBJECT.search(gap):
        return True
    return _bridges_sentences(before, gap, after)


def turns(text: str) -> bool:
    """Whether leaving it out may turn what is said around it."""
    return _TURNING.search(text) is not None


def cuts_short(before: str, after: str) -> bool:
    """Whether a full stop between the two hides how the sentence goes on, or how much "$12" is."""
    head = _flat(before)[-_CONTEXT:]
    if _NUMBER_AT_END.search(head) and _MEASURE.match(after):
        return True
    rest = f"{head} {_flat(after)}"
    first = next((each for each in split(rest) if each.end > len(head)), None)
    return first is not None and turns(rest[len(head) : first.end])


def _bridges_sentences(before: str, gap: str, after: str) -> bool:
    """A sentence that ends right where the gap begins was quoted to its end: that is no bridge."""
    head, middle, tail = _flat(before)[-_CONTEXT:], _flat(gap), _flat(after)[:_CONTEXT]
    whole = f"{head} {middle} {tail}"
    begin, end = len(head) + 1, len(head) + len(middle) + 2
    return bool(middle) and any(begin < each.start <= end for each in split(whole))


def _last_sentence(text: str) -> str:
    sentences = split(_flat(text))
    return sentences[-1].text if sentences else ""


def _flat(text: str) -> str:
    return " ".join(text.split())

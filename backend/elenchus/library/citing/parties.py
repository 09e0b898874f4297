"""The names of the parties before a citation: `Donoghue v Stevenson [1932] AC 562`."""

import re
from typing import Final

from elenchus.library.citing.values import Parts

BEHIND: Final = 160  # characters before the citation in which its case name may stand
NAME: Final = r"[A-Z][\w'&.()-]{0,30}(?: (?:[A-Z(][\w'&.()-]{0,30}|of|and|the|for|de|la|v[ao]n|&|plc|ex|p)){0,7}"
VERSUS: Final = re.compile(rf"(?P<plaintiff>{NAME}),? v\.? (?P<defendant>{NAME}),? ?(?:\(\d{{4}}\),? )?$")
LEADING: Final = re.compile(
    r"(?:(?:In|See|Under|As|Per|Cf|Applying|Following|And|But|Also|Citing|Accord|Compare|Contra|From|Since|By|While|"
    r"Both|Unlike|Although|Whether|Distinguishing|Overruling)\.? (?:also )?)+"
)


def parties_before(text: str, start: int) -> Parts:
    """Both names or none; nothing is guessed from one."""
    found = VERSUS.search(text[max(0, start - BEHIND) : start])
    if not found:
        return {}
    plaintiff = found["plaintiff"][end.end() :] if (end := LEADING.match(found["plaintiff"])) else found["plaintiff"]
    return {"plaintiff": plaintiff, "defendant": found["defendant"]} if plaintiff else {}

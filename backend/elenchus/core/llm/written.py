"""Standing prompts: a file each in its room's folder, its version in the first line."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Written:
    name: str
    version: str
    text: str

    @property
    def sha256(self) -> str:
        return digest(self.text)


@cache
def written_in(package: str, name: str) -> Written:
    whole = resources.files(package).joinpath(f"{name}.md").read_text(encoding="utf-8")
    head, _, body = whole.partition("\n")
    return Written(name, head.removeprefix("version:").strip(), body.strip())


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

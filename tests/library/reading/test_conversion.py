"""Old Word documents through a program of others: what it may do, and what comes of each way it can end.

Scripts stand in for the program, in the same jail; where the real one is installed it is asked too (`test_quality`).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from elenchus.library.reading import conversion, kinds
from elenchus.library.reading.kinds import Kind
from elenchus.library.reading.outcomes import UnreadableFile
from elenchus.library.reading.values import ReadingLimits
from tests.fixtures import words
from tests.fixtures.files import saved

Installed = Callable[[str], None]


@pytest.fixture
def installed(monkeypatch, tmp_path) -> Installed:
    """A program of this script, in a folder of programs of its own."""

    def install(script: str) -> None:
        program = tmp_path / "local" / "bin" / "antiword"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        for module in (conversion, kinds):
            monkeypatch.setattr(module, "converter", lambda: program)

    return install


async def text_of(reader, tmp_path: Path, limits: ReadingLimits | None = None) -> str:
    async with reader.open(
        saved(tmp_path, words.old_word()), Kind.OLD_WORD, limits=limits or ReadingLimits()
    ) as reading:
        return "\f".join([page.text async for page in reading])


async def code_of(reader, tmp_path: Path, limits: ReadingLimits | None = None) -> str:
    with pytest.raises(UnreadableFile) as refused:
        await text_of(reader, tmp_path, limits)
    return refused.value.code


async def test_what_it_prints_is_the_text(reader, tmp_path, installed):
    installed('echo "The Käufer pays."; echo "asked: $1 $2 $3 $4"')
    assert await text_of(reader, tmp_path) == "The Käufer pays.\nasked: -m UTF-8.txt -w 0\n"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("echo 'Encrypted documents are not supported' >&2; exit 1", "encrypted"),
        ("echo 'x is not a Word Document.' >&2; exit 1", "corrupt"),
        ("kill -SEGV $$", "corrupt"),
        ("exit 0", "empty"),
        ("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done", "too_large"),
    ],
)
async def test_each_end_has_its_code(reader, tmp_path, installed, script, code):
    installed(script)
    assert await code_of(reader, tmp_path, ReadingLimits(characters=100_000)) == code


async def test_one_that_never_ends_is_ended(reader, tmp_path, installed):
    installed("while :; do :; done")
    assert await code_of(reader, tmp_path, ReadingLimits(wall_seconds=2)) == "timeout"
    assert await code_of(reader, tmp_path, ReadingLimits(cpu_seconds=1)) == "timeout"


async def test_it_reads_nothing_but_the_document_and_writes_nothing(reader, tmp_path, installed):
    (tmp_path / "secret").write_text("canary")
    (tmp_path / "local" / "secret").parent.mkdir(exist_ok=True)
    (tmp_path / "local" / "secret").write_text("canary beside the folder of programs")
    installed(
        f'for file in "{tmp_path}/local/secret" "{tmp_path}/secret"; do read line < "$file" && echo "$line"; done; '
        f'(echo x > "{tmp_path}/new"); read line < "$5" && echo read; read line || echo "nothing asked"; '
        'echo "home: $HOME $MONGODB_URL"'
    )
    async with reader.open(saved(tmp_path, b"the document\n"), Kind.OLD_WORD) as reading:
        found = "".join([page.text async for page in reading])
    if "documents" not in reading.guards:
        pytest.skip("this system has no Landlock")
    assert found == "read\nnothing asked\nhome: / \n"
    assert not (tmp_path / "new").exists()


async def test_where_it_was_removed_since_the_upload_the_document_says_what_to_install(reader, tmp_path, monkeypatch):
    monkeypatch.setattr(conversion, "converter", lambda: None)
    with pytest.raises(UnreadableFile, match="antiword") as refused:
        await text_of(reader, tmp_path)
    assert (refused.value.code, "{" in refused.value.detail) == ("unsupported", False)


async def test_nothing_stays_of_the_conversion(reader, tmp_path, installed, monkeypatch):
    monkeypatch.setattr(conversion.tempfile, "tempdir", str(tmp_path))
    installed("echo text")
    await text_of(reader, tmp_path)
    assert list(tmp_path.glob("reading-*")) == []

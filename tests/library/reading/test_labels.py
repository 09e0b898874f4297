"""What a document calls its own pages."""

import pymupdf
import pytest

from elenchus.library.reading.child.labels import LONGEST, Labels
from tests.fixtures import files, sheets
from tests.library.reading.support import read

PREFACE = {"startpage": 0, "style": "r"}
BODY = {"startpage": 2, "style": "D"}
ANNEX = {"startpage": 4, "style": "D", "prefix": "A-"}


def labels_of(content: bytes) -> list[str | None]:
    with pymupdf.open(stream=content) as document:
        labels = Labels(document)
        return [labels[index] for index in range(document.page_count)]


def test_each_style_counts_from_its_own_first_number():
    rules = [PREFACE, BODY, ANNEX, {"startpage": 6, "style": "A", "firstpagenum": 3}]
    assert labels_of(sheets.labelled(8, *rules)) == ["i", "ii", "1", "2", "A-1", "A-2", "C", "D"]


@pytest.mark.parametrize("rules", [[], [{"startpage": 0, "style": "D"}]])
def test_what_only_repeats_the_place_in_the_file_is_none(rules):
    assert labels_of(sheets.labelled(2, *rules)) == [None, None]


def test_pages_before_the_first_rule_have_none():
    assert labels_of(sheets.labelled(2, {"startpage": 1, "prefix": "Annex"})) == [None, "Annex"]


@pytest.mark.parametrize("number", [2_000_000_000, -5])
@pytest.mark.parametrize("style", ["r", "A", "D"])
def test_a_number_that_nobody_counts_to_is_no_harm(style, number):
    content = sheets.labelled(1, {"startpage": 0, "style": style, "firstpagenum": number})
    assert len(labels_of(content)[0] or "") <= LONGEST


def test_a_prefix_is_read_as_text_cleaned_and_bounded():
    with pymupdf.open(stream=files.pdf(files.CLAUSE)) as document:
        prefix = "<FEFF" + "§/(1)\f\tx ".encode("utf-16-be").hex() + "0078" * 90 + ">"
        document.xref_set_key(document.pdf_catalog(), "PageLabels", f"<</Nums[0<</P{prefix}/S/D>>]>>")
        label = labels_of(document.tobytes())[0]
    assert label == ("§/(1) x " + "x" * 90)[:LONGEST]


def test_a_tree_of_several_branches_is_read_and_one_that_holds_itself_ends():
    with pymupdf.open(stream=files.pdf("a", "b", "c")) as document:
        node = document.get_new_xref()
        document.update_object(node, f"<</Kids[{node} 0 R<</Nums[0<</S/r>>]>><</Nums[2<</S/D>>]>>]>>")
        document.xref_set_key(document.pdf_catalog(), "PageLabels", f"{node} 0 R")
        content = document.tobytes()
    assert labels_of(content) == ["i", "ii", "1"]


@pytest.mark.parametrize("tree", [b"<</Nums 7>>", b"<</Nums[(a)(b)]>>", b"<</Kids[1 0 R]>>", b"[]", b"<</Nums[0]>>"])
def test_a_broken_list_takes_nothing_from_the_text(tree):
    with pymupdf.open(stream=files.pdf(files.CLAUSE)) as document:
        document.xref_set_key(document.pdf_catalog(), "PageLabels", tree.decode())
        content = document.tobytes()
    assert labels_of(content) == [None]


async def test_they_come_with_the_pages(reader, tmp_path):
    done = await read(reader, files.saved(tmp_path, sheets.labelled(5, PREFACE, BODY, ANNEX)))
    assert [page.label for page in done.pages] == ["i", "ii", "1", "2", "A-1"]

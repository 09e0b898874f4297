"""A name from outside is a label: safe to show, useless as a path."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elenchus.core.ids import new_id
from elenchus.library.names import MAX_NAME, as_sent, content_disposition, label_of, storage_key, title_of


class TestLabel:
    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ("contract.pdf", "contract.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\system.ini", "system.ini"),
            ("/", "document"),
            ("..", "document"),
            ("", "document"),
            ("  a \t\n b.pdf ", "a b.pdf"),
            ("a\x00b\x1b[31m.pdf", "ab[31m.pdf"),
            ("invoice\u202efdp.exe", "invoicefdp.exe"),
            ("re\u0301sume\u0301.pdf", "r\xe9sum\xe9.pdf"),
            ("Vertrag \u2013 M\xfcller & S\xf6hne (2024).pdf", "Vertrag \u2013 M\xfcller & S\xf6hne (2024).pdf"),
            ("\u5951\u7d04\u66f8.pdf", "\u5951\u7d04\u66f8.pdf"),
        ],
    )
    def test_only_the_visible_last_part_stays(self, sent, shown):
        assert label_of(sent) == shown

    def test_a_long_name_keeps_its_end(self):
        assert label_of("n" * 400 + ".pdf") == "n" * (MAX_NAME - 4) + ".pdf"

    @given(st.text(max_size=400))
    def test_whatever_is_sent_the_label_is_safe(self, sent):
        label = label_of(sent)
        assert 0 < len(label) <= MAX_NAME
        assert not {"/", "\\"} & set(label)
        assert label not in {".", ".."}
        assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in label)
        assert label_of(label) == label

    def test_the_record_of_what_was_sent_is_bounded(self):
        assert as_sent("../a.pdf") == "../a.pdf"
        assert len(as_sent("x" * 10_000)) == 4 * MAX_NAME


class TestTitle:
    @pytest.mark.parametrize(
        ("name", "title"),
        [
            ("asset_purchase-2019.pdf", "asset purchase-2019"),
            ("Lease v1.2 final.docx", "Lease v1.2 final"),
            ("README", "README"),
            ("_.pdf", "_.pdf"),
        ],
    )
    def test_a_title_is_the_name_as_a_person_says_it(self, name, title):
        assert title_of(name) == title


class TestDownloadName:
    def test_both_forms_are_given(self):
        header = content_disposition('Müller "final"; x=1.pdf')
        assert header == (
            'attachment; filename="Muller _final__ x_1.pdf"; '
            "filename*=UTF-8''M%C3%BCller%20%22final%22%3B%20x%3D1.pdf"
        )

    @given(st.text(min_size=1, max_size=300))
    def test_no_name_breaks_out_of_the_header(self, name):
        header = content_disposition(label_of(name))
        header.encode("ascii")
        assert header.startswith('attachment; filename="')
        assert header.count('"') == 2
        assert "\n" not in header
        assert "\r" not in header


class TestStorageKey:
    def test_it_is_made_of_ids_alone(self, new_principal):
        principal, document_id = new_principal(), new_id()
        assert storage_key(principal, document_id) == f"documents/{principal.tenant_id}/{document_id}"

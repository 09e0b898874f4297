"""What a form knows of a value: what is missing has a default, and which documents it names."""

import pytest

from elenchus.core.errors import TooLarge
from elenchus.workflows import forms
from tests.workflows.test_forms import DOCUMENT, FORM, ID, OTHER_ID, THIRD_ID


class TestDefaults:
    def test_what_is_missing_is_filled_in_and_what_was_given_stays(self):
        given_ = {"question": "a", "style": "long", "options": {}}
        assert forms.with_defaults(FORM, given_) == given_ | {"depth": 5, "options": {"deep": False}}
        assert given_ == {"question": "a", "style": "long", "options": {}}

    def test_in_lists_and_where_all_forms_count_and_not_within_choices(self):
        row = {"properties": {"a": {"default": []}}}
        assert forms.with_defaults({"items": row}, [{}, {"a": 1}, 5]) == [{"a": []}, {"a": 1}, 5]
        assert forms.with_defaults({"allOf": [row]}, {}) == {"a": []}
        assert forms.with_defaults({"anyOf": [row]}, {}) == {}

    def test_each_has_its_own(self):
        found = forms.with_defaults({"items": {"properties": {"a": {"default": []}}}}, [{}, {}])
        found[0]["a"].append(1)
        assert found[1] == {"a": []}

    def test_many_defaults_do_not_add_up_to_a_bomb(self):
        with pytest.raises(TooLarge):
            forms.with_defaults({"items": {"properties": {"a": {"default": "x" * 30_000}}}}, [{} for _ in range(1_000)])


class TestDocumentIds:
    def test_all_are_found_wherever_the_form_has_them(self):
        assert forms.document_ids(FORM, {"documents": [ID, OTHER_ID], "other": THIRD_ID, "question": "a" * 24}) == {
            ID, OTHER_ID, THIRD_ID,
        }  # fmt: skip

    @pytest.mark.parametrize(
        "schema",
        [
            {"additionalProperties": DOCUMENT},
            {"allOf": [{"properties": {"a": DOCUMENT}}]},
            {"properties": {"a": {"oneOf": [{"type": "string"}, DOCUMENT]}}},
            {"if": {"properties": {"a": DOCUMENT}}},
            {"if": {}, "then": {"properties": {"a": DOCUMENT}}},
            {"if": {}, "else": {"properties": {"a": DOCUMENT}}},
            {"properties": {"a": {"allOf": [{"anyOf": [{"format": "document-id"}]}]}}},
            {"properties": {"a": {}}, "anyOf": [{"additionalProperties": DOCUMENT}]},
        ],
    )
    def test_none_is_missed(self, schema):
        assert forms.check_schema(schema) == []
        assert forms.document_ids(schema, {"a": ID}) == {ID}

    def test_what_is_none_is_not_one(self):
        assert forms.document_ids(FORM, {"documents": ["x", 5, None], "other": {}}) == set()
        assert forms.document_ids({"properties": {"a": {}}, "additionalProperties": DOCUMENT}, {"a": ID}) == set()

"""The same answers as eyecite's own, which reads all courts' names for each."""

import importlib.util

import pytest

from elenchus.library.citing.courts import court_by_paren


@pytest.fixture(scope="module")
def slow():
    """A second copy of eyecite's helpers: the one in use has been taught the fast way."""
    spec = importlib.util.find_spec("eyecite.helpers")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.get_court_by_paren


class TestCourts:
    @pytest.mark.parametrize(
        "written",
        [
            "9th Cir. ", "2d Cir", "D. Me. ", "S.D.N.Y. Jan. 5, ", "S. D. N. Y.", "Tex. ", "Tex. App.",
            "Tex. App.—Hous. ",
            "Del. Ch.", "Bankr. S.D.N.Y.", "Mo. banc", "Mo. App. E.D.", "Pa.Super.", "SC", "Ill. App.",
            "Fed. Cir.", "Cal.",
            "N.D.", "en banc", "", " ", "No such court", "é", "B",
        ],
    )  # fmt: skip
    def test_names_as_they_are_written(self, slow, written):
        assert court_by_paren(written) == slow(written)

    def test_every_court_by_its_name_and_its_beginning(self, slow):
        from courts_db import courts

        names = {court["citation_string"] for court in courts[::40]}
        assert len(names) > 30
        for name in names:
            assert court_by_paren(name) == slow(name)
            assert court_by_paren(name[: len(name) // 2]) == slow(name[: len(name) // 2])

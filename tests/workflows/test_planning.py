"""What can be done next, from a definition and the states of its steps alone."""

from hypothesis import given
from hypothesis import strategies as st

from elenchus.workflows import planning
from elenchus.workflows.definition import Definition
from elenchus.workflows.schemas import StepStatus

DONE, FAILED, SKIPPED = StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.SKIPPED
RUNNING, WAITING, CANCELLED = StepStatus.RUNNING, StepStatus.WAITING, StepStatus.CANCELLED


def definition(continuing: str = "", /, **needs: str) -> Definition:
    """`b="a"`: b needs a. The steps named in `continuing` may fail."""
    steps = [
        {"name": name, "type": "make", "needs": row.split(), "on_error": "continue" if name in continuing else "fail"}
        for name, row in needs.items()
    ]
    return Definition.model_validate({"steps": steps})


DIAMOND = definition(a="", b="a", c="a", d="b c")


class TestReady:
    def test_what_needs_nothing_begins_at_once_and_side_by_side(self):
        assert planning.ready(definition(a="", b="", c="a"), {}) == ["a", "b"]

    def test_a_step_waits_for_all_that_it_needs(self):
        assert planning.ready(DIAMOND, {"a": RUNNING}) == []
        assert planning.ready(DIAMOND, {"a": DONE}) == ["b", "c"]
        assert planning.ready(DIAMOND, {"a": DONE, "b": DONE, "c": WAITING}) == []
        assert planning.ready(DIAMOND, {"a": DONE, "b": DONE, "c": DONE}) == ["d"]

    def test_one_skipped_of_several_holds_nothing_up(self):
        assert planning.ready(DIAMOND, {"a": DONE, "b": SKIPPED, "c": DONE}) == ["d"]

    def test_one_that_may_fail_holds_nothing_up(self):
        may = definition("b", a="", b="a", c="b")
        assert planning.ready(may, {"a": DONE, "b": FAILED}) == ["c"]

    def test_a_later_step_may_stand_before_the_one_it_needs(self):
        assert planning.ready(definition(b="a", a=""), {}) == ["a"]


class TestSkipped:
    def test_all_that_it_needs_was_skipped_and_so_on(self):
        line = definition(a="", b="a", c="b", d="c a")
        assert planning.skipped(line, {"a": SKIPPED}) == ["b", "c", "d"]
        assert planning.ready(line, {"a": SKIPPED}) == []

    def test_one_done_of_several_is_enough(self):
        assert planning.skipped(DIAMOND, {"a": DONE, "b": SKIPPED, "c": DONE}) == []
        assert planning.skipped(DIAMOND, {"a": DONE, "b": SKIPPED, "c": SKIPPED}) == ["d"]
        assert planning.skipped(DIAMOND, {"a": DONE, "b": SKIPPED, "c": RUNNING}) == []

    def test_one_that_failed_and_may_was_not_skipped(self):
        assert planning.skipped(definition("a", a="", b="a"), {"a": FAILED}) == []


class TestFailure:
    def test_other_branches_go_on_and_what_needs_it_is_blocked(self):
        two = definition(a="", b="a", c="b", x="", y="x")
        states = {"a": FAILED, "x": DONE}
        assert planning.ready(two, states) == ["y"]
        assert planning.failed_step(two, states) == "a"

    def test_one_that_may_fail_lets_the_execution_complete(self):
        may = definition("a", a="", b="a")
        assert planning.failed_step(may, {"a": FAILED}) is None

    def test_cancelled_blocks_too(self):
        assert planning.ready(DIAMOND, {"a": DONE, "b": CANCELLED, "c": DONE}) == []

    def test_the_first_failure_in_the_definitions_order_is_told(self):
        assert planning.failed_step(definition(a="", b="", c=""), {"c": FAILED, "b": FAILED}) == "b"


def test_what_a_step_needs_through_others():
    assert planning.ancestors(DIAMOND)["d"] == {"a", "b", "c"}
    assert planning.ancestors(definition(a="b gone", b="a"))["a"] == {"a", "b", "gone"}


@st.composite
def courses(draw):
    names = [f"s{n}" for n in range(draw(st.integers(1, 8)))]
    needs = {
        name: " ".join(sorted(draw(st.sets(st.sampled_from(names[:n]))))) if n else "" for n, name in enumerate(names)
    }
    may_fail = " ".join(draw(st.lists(st.sampled_from(names))))
    ends = {name: draw(st.sampled_from([DONE, DONE, FAILED, CANCELLED])) for name in names}
    wanted = {name: draw(st.sampled_from([True, True, False])) for name in names}
    return definition(may_fail, **needs), ends, wanted


def may(made: Definition, name: str) -> bool:
    return made.step(name).on_error == "continue"


@given(courses())
def test_every_course_comes_to_an_end_with_each_step_settled_or_blocked(course):
    made, ends, wanted = course
    states: dict[str, StepStatus] = {}
    for _ in range(2 * len(made.steps)):
        assert set(states) & {*planning.ready(made, states), *planning.skipped(made, states)} == set()
        if not planning.ready(made, states) and not planning.skipped(made, states):
            break
        states |= dict.fromkeys(planning.skipped(made, states), SKIPPED)
        states |= {name: ends[name] if wanted[name] else SKIPPED for name in planning.ready(made, states)[:1]}
    assert not planning.ready(made, states)
    assert not planning.skipped(made, states)
    shut = {name for name, state in states.items() if state is CANCELLED or (state is FAILED and not may(made, name))}
    before = planning.ancestors(made)
    assert states.keys() == {name for name in made.names if before[name].isdisjoint(shut)}

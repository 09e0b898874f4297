"""Who sees and steers whose jobs: one's own, the firm's for its administrators, everybody's for a superuser."""

from dataclasses import replace

import pytest

from elenchus.core.ids import Id, new_id
from elenchus.core.principal import Principal, Role
from elenchus.jobs.reach import Reach, Scope, narrowed, widest
from tests.jobs.conftest import kept, waiting
from tests.jobs.door import as_

SEES = {
    "author": {"own"},
    "viewer": {"own"},
    "colleague": {"colleague's"},
    "admin": {"own", "colleague's"},
    "owner": {"own", "colleague's"},
    "stranger": {"stranger's"},
    "superuser": {"own", "colleague's", "stranger's"},
}


@pytest.fixture
def people() -> dict[str, Principal]:
    firm, author = new_id(), new_id()
    return {
        "author": Principal(firm, author, Role.MEMBER),
        "viewer": Principal(firm, author, Role.VIEWER),  # who was a member when they began it
        "colleague": Principal(firm, new_id(), Role.MEMBER),
        "admin": Principal(firm, new_id(), Role.ADMIN),
        "owner": Principal(firm, new_id(), Role.OWNER),
        "stranger": Principal(new_id(), new_id(), Role.OWNER),
        "superuser": Principal(new_id(), new_id(), Role.MEMBER, is_superuser=True),
    }


@pytest.fixture
async def named(people: dict[str, Principal]) -> dict[str, str]:
    """The names of the jobs by their ids."""
    rows = [waiting(people[name]) for name in ("author", "colleague", "stranger")]
    return dict(zip(await kept(*rows), ("own", "colleague's", "stranger's"), strict=True))


@pytest.mark.parametrize("who", SEES)
class TestEverybody:
    async def test_the_list(self, http, people, named, who):
        listed = (await http.get("/jobs", params={"limit": 200}, headers=as_(people[who]))).json()["items"]
        assert {named[job["id"]] for job in listed if job["id"] in named} == SEES[who]
        assert who == "superuser" or len(listed) == len(SEES[who])

    async def test_one(self, http, people, named, who):
        answers = {name: await http.get(f"/jobs/{id_}", headers=as_(people[who])) for id_, name in named.items()}
        assert {name for name, answer in answers.items() if answer.status_code == 200} == SEES[who]
        refused = [answer for answer in answers.values() if answer.status_code != 200]
        assert all((one.status_code, one.json()["detail"]) == (404, "There is no such job.") for one in refused)

    async def test_what_is_looked_for_by_its_id(self, http, people, named, who):
        for id_, name in named.items():
            for field in ("id", "q"):
                found = (await http.get("/jobs", params={field: id_}, headers=as_(people[who]))).json()["items"]
                assert [job["id"] for job in found] == ([id_] if name in SEES[who] else [])

    @pytest.mark.parametrize("many", [False, True])
    @pytest.mark.parametrize("verb", ["cancel", "retry"])
    async def test_steering(self, http, people, named, stored, who, verb, many):
        """A viewer steers nothing, not even what they began when they were more: it would run with what they were
        allowed then."""
        before, after = ("queued", "cancelled") if verb == "cancel" else ("cancelled", "queued")
        for id_, name in named.items():
            if verb == "retry":
                await http.post(f"/jobs/{id_}/cancel", headers=as_(people["superuser"]))
            ask = {"json": {"filter": {"id": id_}, "dry_run": False}} if many else {}
            path = f"/jobs/bulk/{verb}" if many else f"/jobs/{id_}/{verb}"
            answer = await http.post(path, headers=as_(people[who]), **ask)
            may = name in SEES[who] and who != "viewer"
            assert (await stored(Id(id_))).status == (after if may else before)
            if may or (many and who != "viewer"):
                assert answer.json()["done"] == int(may) if many else answer.status_code == 202
            else:
                assert answer.status_code == (403 if who == "viewer" else 404)

    async def test_figures(self, http, people, named, who):
        stats = (await http.get("/jobs/stats", headers=as_(people[who]))).json()
        waiting_ = sum(queue["depth"] for queue in stats["queues"])
        assert waiting_ == len(SEES[who]) if who != "superuser" else waiting_ >= len(named)


class TestAsking:
    """For less, or for more, than what one gets without asking."""

    @pytest.mark.parametrize(
        ("who", "scope", "seen"),
        [
            ("author", "me", {"own"}),
            ("admin", "me", set()),
            ("admin", "tenant", {"own", "colleague's"}),
            ("superuser", "me", set()),
            ("superuser", "tenant", set()),
            ("superuser", "all", {"own", "colleague's", "stranger's"}),
            ("author", "tenant", None),
            ("viewer", "tenant", None),
            ("owner", "all", None),
        ],
    )
    async def test_for_a_scope(self, http, people, named, who, scope, seen):
        for path in ("/jobs", "/jobs/stats"):
            answer = await http.get(path, params={"scope": scope, "limit": 200}, headers=as_(people[who]))
            assert answer.status_code == (403 if seen is None else 200)
            if seen is not None and path == "/jobs":
                found = {job["id"] for job in answer.json()["items"]}
                assert {named[id_] for id_ in found & named.keys()} == seen

    @pytest.mark.parametrize("who", SEES)
    async def test_for_another_firm(self, http, people, named, who):
        there = str(people["stranger"].tenant_id)
        answers = [await http.get(path, params={"tenant_id": there}, headers=as_(people[who])) for path in
                   ("/jobs", "/jobs/stats")]  # fmt: skip
        wish = {"filter": {"tenant_id": there}}
        answers += [await http.post(f"/jobs/bulk/{verb}", json=wish, headers=as_(people[who])) for verb in
                    ("cancel", "retry")]  # fmt: skip
        may = who in {"stranger", "superuser"}
        refused = [404, 404, *([403, 403] if who == "viewer" else [404, 404])]
        assert [answer.status_code for answer in answers] == ([200] * 4 if may else refused)
        if may:
            assert [named[job["id"]] for job in answers[0].json()["items"]] == ["stranger's"]
            assert answers[2].json()["matched"] == 1

    def test_a_key_of_a_superuser_is_none(self, people):
        """Keys are resolved without it; whoever changes that must decide here."""
        key = replace(people["superuser"], is_superuser=False, api_key_id=new_id())
        assert widest(key) == Reach(key.tenant_id, key.user_id)

    def test_a_superuser_narrows_to_one_person_of_a_firm(self, people):
        there = people["stranger"].tenant_id
        who = people["superuser"]
        assert narrowed(who, Scope.ME, there) == Reach(there, who.user_id)
        assert narrowed(who, Scope.ALL, there) == Reach(there)

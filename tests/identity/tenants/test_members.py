"""Members: who sees them, who changes whom, and what ends with a membership."""

import asyncio

import pytest

from elenchus.core.clock import now
from elenchus.core.ids import new_id
from elenchus.core.principal import Role
from elenchus.identity import principals, store
from elenchus.identity.errors import InvalidToken
from elenchus.identity.models import Session, Tenant, User
from elenchus.identity.tenants import store as tenant_store
from tests.identity.conftest import log_in
from tests.identity.tenants.conftest import CURRENT, also_member

MEMBERS = f"{CURRENT}/members"
FIELDS = {"user_id", "email", "full_name", "role", "is_active", "joined_at", "last_login_at"}
ADMIN, OWNER, MEMBER, VIEWER = Role.ADMIN, Role.OWNER, Role.MEMBER, Role.VIEWER


def url(person) -> str:
    return f"{MEMBERS}/{person.id}"


class TestListing:
    @pytest.mark.parametrize("role", list(Role))
    async def test_every_member_sees_all_newest_first(self, team, role):
        answer = await team.people[role].get(MEMBERS)
        rows = answer.json()["items"]
        assert answer.status_code == 200
        assert all(set(row) == FIELDS for row in rows)
        assert {(row["user_id"], row["role"]) for row in rows} == {(str(p.id), r) for r, p in team.people.items()}
        assert [row["user_id"] for row in rows] == sorted((row["user_id"] for row in rows), reverse=True)
        assert all(row["joined_at"].endswith("Z") for row in rows)
        assert "$2b$" not in answer.text

    async def test_pages_follow_each_other(self, team):
        first = (await team.owner.get(MEMBERS, params={"limit": 3})).json()
        rest = (await team.owner.get(MEMBERS, params={"limit": 3, "cursor": first["next_cursor"]})).json()
        assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [3, 1, None]
        assert {row["user_id"] for row in first["items"] + rest["items"]} == {str(p.id) for p in team.people.values()}

    async def test_only_their_role_here_shows_and_nobody_elses_members(self, team, new_team):
        other = await new_team()
        await also_member(other.owner, team, VIEWER)
        shown = {row["user_id"]: row["role"] for row in (await team.owner.get(MEMBERS)).json()["items"]}
        assert shown[str(other.owner.id)] == "viewer"
        assert [row["user_id"] for row in (await other.owner.get(MEMBERS)).json()["items"]] == [str(other.owner.id)]

    async def test_a_deleted_person_is_no_member(self, team):
        gone = team.people[MEMBER]
        await store.change_user(gone.id, {"deleted_at": now()})
        assert str(gone.id) not in (await team.owner.get(MEMBERS)).text
        assert (await team.owner.patch(url(gone), {"role": "viewer"})).status_code == 404
        assert (await team.owner.delete(url(gone))).status_code == 404


class TestRoleMatrix:
    """(who, whose role, to what) → the answer."""

    @pytest.mark.parametrize("role", [VIEWER, MEMBER])
    async def test_below_admin_nobody_changes_roles(self, team, role):
        for target in team.people.values():
            for wanted in Role:
                assert (await team.people[role].patch(url(target), {"role": wanted})).status_code == 403
        assert [await person.role() for person in team.people.values()] == list(team.people)

    @pytest.mark.parametrize(
        ("whose", "wanted", "status"),
        [
            (VIEWER, MEMBER, 200), (VIEWER, ADMIN, 200), (VIEWER, OWNER, 403), (MEMBER, VIEWER, 200),
            (MEMBER, ADMIN, 200), (MEMBER, OWNER, 403), (ADMIN, OWNER, 403), (ADMIN, MEMBER, 200), (ADMIN, ADMIN, 200),
            (OWNER, VIEWER, 403), (OWNER, ADMIN, 403), (OWNER, OWNER, 403),
        ],
    )  # fmt: skip
    async def test_what_an_admin_may(self, team, whose, wanted, status):
        answer = await team.people[ADMIN].patch(url(team.people[whose]), {"role": wanted})
        assert answer.status_code == status
        assert await team.people[whose].role() == (wanted if status == 200 else whose)

    @pytest.mark.parametrize(
        ("whose", "wanted", "status"),
        [(VIEWER, OWNER, 200), (ADMIN, OWNER, 200), (ADMIN, VIEWER, 200), (OWNER, ADMIN, 409), (OWNER, OWNER, 200)],
    )
    async def test_what_an_owner_may(self, team, whose, wanted, status):
        answer = await team.owner.patch(url(team.people[whose]), {"role": wanted})
        assert answer.status_code == status
        assert await team.people[whose].role() == (wanted if status == 200 else whose)

    @pytest.mark.parametrize(
        ("who", "whom", "status"),
        [
            (VIEWER, MEMBER, 403), (MEMBER, VIEWER, 403), (MEMBER, OWNER, 403), (ADMIN, VIEWER, 204),
            (ADMIN, MEMBER, 204), (ADMIN, OWNER, 403), (OWNER, ADMIN, 204), (VIEWER, VIEWER, 204),
            (MEMBER, MEMBER, 204), (ADMIN, ADMIN, 204), (OWNER, OWNER, 409),
        ],
    )  # fmt: skip
    async def test_who_removes_whom(self, team, who, whom, status):
        answer = await team.people[who].delete(url(team.people[whom]))
        assert answer.status_code == status
        assert await team.people[whom].role() == (None if status == 204 else whom)

    async def test_an_admin_lowered_a_moment_ago_cannot_raise_themselves(self, team):
        """Their principal is still the old one for up to a second."""
        admin = team.people[ADMIN]
        await admin.get(CURRENT)
        [held] = (await admin.stored()).memberships
        await tenant_store.set_role(admin.id, held, VIEWER)  # by another process
        answer = await admin.patch(url(admin), {"role": "admin"})
        assert answer.status_code == 403
        assert await admin.role() == VIEWER

    @pytest.mark.parametrize("body", [{}, {"role": "superuser"}, {"role": None}, {"role": "viewer", "tenant_id": "x"}])
    async def test_a_role_and_nothing_else_is_taken(self, team, body):
        assert (await team.owner.patch(url(team.people[MEMBER]), body)).status_code == 422


class TestForeignIds:
    async def test_somebody_of_another_tenant_does_not_exist(self, team, new_team):
        other = await new_team()
        for id_ in (other.owner.id, new_id(), team.tenant_id):
            changed = await team.owner.patch(f"{MEMBERS}/{id_}", {"role": "viewer"})
            removed = await team.owner.delete(f"{MEMBERS}/{id_}")
            assert (changed.status_code, removed.status_code) == (404, 404)
        assert await other.owner.role() == OWNER

    async def test_what_is_no_id_is_refused(self, team):
        for junk in ("me", "x" * 24, "0" * 23):
            assert (await team.owner.delete(f"{MEMBERS}/{junk}")).status_code == 422

    async def test_a_role_in_one_tenant_changes_in_that_one_alone(self, team, new_team):
        other = await new_team()
        await also_member(other.owner, team, VIEWER)
        assert (await team.owner.patch(url(other.owner), {"role": "member"})).status_code == 200
        assert (await team.owner.delete(url(other.owner))).status_code == 204
        assert await other.owner.role() == OWNER
        assert (await other.owner.get(CURRENT)).status_code == 200


class TestTakesEffect:
    async def test_a_new_role_holds_at_once_and_is_recorded(self, team, recorded):
        member = team.people[MEMBER]
        await member.get(CURRENT)
        shown = (await team.owner.patch(url(member), {"role": "viewer"})).json()
        assert (shown["user_id"], shown["role"]) == (str(member.id), "viewer")
        assert (await principals.resolve(member.token)).role is VIEWER
        [(actor, action, kind, object_id, details)] = recorded
        assert (actor.user_id, action, kind, object_id) == (team.owner.id, "member.changed", "user", member.id)
        assert details == {"before": "member", "after": "viewer"}

    async def test_the_same_role_again_is_no_change(self, team, recorded):
        assert (await team.owner.patch(url(team.people[MEMBER]), {"role": "member"})).status_code == 200
        assert recorded == []

    async def test_a_removed_member_is_out_at_once(self, team, recorded):
        member = team.people[MEMBER]
        await member.get(CURRENT)
        assert (await team.people[ADMIN].delete(url(member))).status_code == 204
        with pytest.raises(InvalidToken):
            await principals.resolve(member.token)
        assert [(row[1], row[3], row[4]) for row in recorded] == [("member.removed", member.id, {"role": "member"})]
        again = (await log_in(team.http, member.email)).json()["user"]
        assert str(team.tenant_id) not in {held["tenant_id"] for held in again["memberships"]}

    async def test_sessions_in_other_tenants_go_on(self, team, new_team):
        other = await new_team()
        await also_member(other.owner, team)
        await team.owner.delete(url(other.owner))
        assert await Session.find({"user_id": other.owner.id}).count() == 1
        assert (await other.owner.get(CURRENT)).status_code == 200

    async def test_of_fifty_who_remove_one_one_does(self, team, recorded):
        answers = await asyncio.gather(*(team.owner.delete(url(team.people[MEMBER])) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [204] + [404] * 49
        assert len(recorded) == 1

    async def test_a_change_that_was_overtaken_changes_nothing(self, team):
        member = team.people[MEMBER]
        [seen] = (await member.stored()).memberships
        assert await tenant_store.set_role(member.id, seen, ADMIN)
        assert not await tenant_store.set_role(member.id, seen, VIEWER)
        assert not await tenant_store.end_membership(member.id, seen)
        assert await member.role() == ADMIN

    async def test_a_role_that_went_and_came_back_is_another(self, team):
        member = team.people[MEMBER]
        [seen] = (await member.stored()).memberships
        await team.owner.patch(url(member), {"role": "viewer"})
        await team.owner.patch(url(member), {"role": "member"})
        assert not await tenant_store.end_membership(member.id, seen)

    async def test_memberships_from_before_there_were_revisions_can_change(self, team):
        member = team.people[MEMBER]
        await User.find_one({"_id": member.id}).update({"$unset": {"memberships.0.revision": 1}})
        assert (await team.owner.patch(url(member), {"role": "viewer"})).status_code == 200
        await Tenant.find_one({"_id": team.tenant_id}).update({"$unset": {"departures": 1, "departures_begun": 1}})
        second = await team.add(OWNER)
        assert (await second.delete(url(team.owner))).status_code == 204

"""Every change is on the record: each operation of the API document that may change something, and the row it leaves.

The row is found by the id of the request, so it is this request's and no other's.
"""

from typing import Any

from elenchus.audit import service as audit
from elenchus.audit.models import AuditRow
from elenchus.audit.schemas import Action
from tests.access.operations import API, ROWS, Operation, operations
from tests.access.world import PASSWORD, World

CHANGING = {each.id: each for each in operations() if each.method != "GET"}
#: The action that a success leaves, or why there is none. A new route is decided on here before it can be merged.
LEAVES = {
    "register": Action.USER_REGISTERED,
    "login": Action.USER_SIGNED_IN,
    "refresh_tokens": "the session that signing in began goes on",
    "forgot_password": "a mail is sent; using it leaves password.reset",
    "reset_password": Action.PASSWORD_RESET,
    "verify_email": Action.USER_VERIFIED,
    "google_second_factor": Action.USER_SIGNED_IN,
    "browser_login": Action.USER_SIGNED_IN,
    "browser_token": "the session that signing in began goes on",
    "browser_switch_tenant": Action.TENANT_ENTERED,
    "browser_logout": Action.USER_SIGNED_OUT,
    "browser_google_second_factor": Action.USER_SIGNED_IN,
    "logout": Action.USER_SIGNED_OUT,
    "logout_all": Action.USER_SIGNED_OUT,
    "end_session": Action.SESSION_ENDED,
    "request_verification": "a mail is sent; using it leaves user.verified",
    "change_me": Action.USER_CHANGED,
    "change_password": Action.PASSWORD_CHANGED,
    "enroll_second_factor": "nothing is asked of anybody before it is confirmed",
    "confirm_second_factor": Action.SECOND_FACTOR_ENABLED,
    "disable_second_factor": Action.SECOND_FACTOR_DISABLED,
    "accept_invitation": Action.INVITATION_ACCEPTED,
    "switch_tenant": Action.TENANT_ENTERED,
    "change_tenant": Action.TENANT_CHANGED,
    "delete_tenant": Action.TENANT_DELETED,
    "restore_tenant": Action.TENANT_RESTORED,
    "change_member": Action.MEMBER_CHANGED,
    "remove_member": Action.MEMBER_REMOVED,
    "create_invitation": Action.INVITATION_SENT,
    "revoke_invitation": Action.INVITATION_REVOKED,
    "create_api_key": Action.API_KEY_CREATED,
    "rotate_api_key": Action.API_KEY_ROTATED,
    "revoke_api_key": Action.API_KEY_REVOKED,
    "rotate_webhook_secret": Action.WEBHOOK_SECRET_ROTATED,
    "change_user": Action.USER_ACTIVATED,
    "delete_user": Action.USER_DELETED,
    "restore_user": Action.USER_RESTORED,
    "create_conversation": Action.CONVERSATION_CREATED,
    "change_conversation": Action.CONVERSATION_CHANGED,
    "delete_conversation": Action.CONVERSATION_DELETED,
    "share_conversation": Action.CONVERSATION_SHARED,
    "unshare_conversation": Action.CONVERSATION_UNSHARED,
    "write_note": Action.NOTE_WRITTEN,
    "change_note": Action.NOTE_CHANGED,
    "remove_note": Action.NOTE_REMOVED,
    "ask": Action.QUESTION_ASKED,
    "regenerate_answer": Action.QUESTION_ASKED,
    "stop_answer": Action.ANSWER_STOPPED,
    "give_feedback": Action.ANSWER_RATED,
    "create_openai_completion": Action.QUESTION_ASKED,
    "replay_answer": Action.ANSWER_REPLAYED,
    "create_brief": Action.BRIEF_STARTED,
    "delete_brief": Action.BRIEF_DELETED,
    "upload_documents": Action.DOCUMENT_UPLOADED,
    "search_documents": Action.DOCUMENT_SEARCHED,
    "verify_quotes": Action.DOCUMENT_SEARCHED,
    "change_document": Action.DOCUMENT_CHANGED,
    "reprocess_document": Action.DOCUMENT_REPROCESSED,
    "delete_document": Action.DOCUMENT_DELETED,
    "analyze_document": Action.ANALYSIS_STARTED,
    "create_template": Action.TEMPLATE_CREATED,
    "change_template": Action.TEMPLATE_CHANGED,
    "delete_template": Action.TEMPLATE_DELETED,
    "execute_workflow": Action.EXECUTION_STARTED,
    "cancel_execution": Action.EXECUTION_CANCELLED,
    "retry_execution": Action.EXECUTION_RETRIED,
    "continue_execution": Action.EXECUTION_STARTED,
    "decide_step": Action.STEP_DECIDED,
    "delete_execution": Action.EXECUTION_DELETED,
    "create_schedule": Action.SCHEDULE_CREATED,
    "change_schedule": Action.SCHEDULE_CHANGED,
    "delete_schedule": Action.SCHEDULE_DELETED,
    "cancel_job": Action.JOB_CANCELLED,
    "retry_job": Action.JOB_RETRIED,
    "cancel_jobs": Action.JOB_CANCELLED,
    "retry_jobs": Action.JOB_RETRIED,
}
#: They need what a world does not hold: a mailed token, a second factor, a second tenant, a browser, a job that has
#: not ended. Their own rooms' tests look for their rows.
OUT_OF_REACH = {
    "refresh_tokens", "reset_password", "verify_email", "google_second_factor", "confirm_second_factor",
    "disable_second_factor", "accept_invitation", "switch_tenant", "cancel_job", "retry_job",
    "cancel_execution", "retry_execution", "decide_step",
    "browser_login", "browser_token", "browser_switch_tenant", "browser_logout", "browser_google_second_factor",
}  # fmt: skip
#: They end what others need, so they come last, in this order.
LAST = (
    "rotate_api_key", "revoke_api_key", "revoke_invitation", "remove_note", "delete_conversation", "delete_brief",
    "delete_execution", "delete_schedule", "delete_template",
    "delete_document", "end_session",
    "logout", "logout_all", "change_password", "change_member", "remove_member", "delete_user", "restore_user",
    "delete_tenant", "restore_tenant",
)  # fmt: skip


def test_every_operation_that_may_change_something_has_its_row():
    assert set(LEAVES) == set(CHANGING)
    assert set(OUT_OF_REACH) | {*LAST} <= set(CHANGING)


async def test_each_leaves_what_it_says(own_world: World):
    found, expected = {}, {}
    for id_ in [*(each for each in CHANGING if each not in {*LAST, *OUT_OF_REACH}), *LAST]:
        answer = await _done(own_world, CHANGING[id_])
        assert answer.status_code < 400, (id_, answer.text)
        leaves = LEAVES[id_]
        expected[id_] = {leaves} if isinstance(leaves, Action) else set()
        found[id_] = await _recorded(answer.headers["x-request-id"]) & ({leaves} if expected[id_] else {*Action})
    assert found == expected


async def _done(world: World, operation: Operation) -> Any:
    if ROWS[operation.id].who in ("viewer", "member") and operation.id != "delete_user":
        await _sign_in_again(world, "author")
    sent = {"register": _newcomer, "login": _login, "forgot_password": _forgotten}.get(operation.id)
    return await world.send(
        _who(operation.id),
        operation.method,
        operation.path(world),
        **(sent(world) if sent else ROWS[operation.id].sends(world)),
    )


def _who(operation_id: str) -> str:
    if operation_id == "delete_user":  # whom an administrator has removed just before
        return "superuser"
    who = ROWS[operation_id].who
    return {"everyone": "anonymous", "viewer": "author", "member": "author"}.get(who, who)


async def _sign_in_again(world: World, who: str) -> None:
    """What was done before may have ended the session."""
    answer = await world.send("anonymous", "POST", f"{API}/auth/login", **_login(world, who))
    assert answer.status_code == 200, answer.text
    world.headers[who] = {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _login(world: World, who: str = "author") -> dict[str, Any]:
    return {"data": {"username": world.emails[who], "password": PASSWORD}}


def _forgotten(world: World) -> dict[str, Any]:
    return {"json": {"email": world.emails["author"]}}


def _newcomer(world: World) -> dict[str, Any]:
    email = f"newcomer-{world.canary}@firm.example"
    return {"json": {"email": email, "password": PASSWORD, "full_name": "New Comer"}}


async def _recorded(request_id: str) -> set[str]:
    """On whichever chain."""
    await audit.drain(10)
    return {row["action"] for row in await AuditRow.across_tenants().rows({"request_id": request_id})}

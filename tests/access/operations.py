"""Every operation that the API document names, with what the matrix must know of it: who may, and what to send."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from elenchus.main import create_app
from tests.access.world import API, PASSWORD, World

Who = Literal["everyone", "viewer", "member", "admin", "owner", "superuser"]
Whose = Literal["nobody", "tenant", "author", "own", "person"]
Sent = Callable[[World], dict[str, Any]]
#: Puts an id where a body may have one.
Put = Callable[[str], Any]
ID = "^[0-9a-f]{24}$"


@dataclass(frozen=True)
class Row:
    """`who` is the least role. `whose` is what a path names: the tenant's; the tenant's too, but its author's and the
    administrators' to change; their author's and the administrators' also to look at; or one person's own within it.

    `sends` is a request that the author (or whoever has the role) may make.
    """

    who: Who
    whose: Whose = "nobody"
    sends: Sent = lambda _world: {}
    #: API keys are refused whatever their scopes.
    session_only: bool = False
    #: How a good request of whoever may make it can end here, beside well.
    may_answer: tuple[int, ...] = ()
    #: Whoever makes it cannot make another one.
    ends: bool = False
    #: A superuser may too, of whatever firm.
    superusers_too: bool = False
    #: It looks for what its body names, and an id of somebody else is found nowhere.
    finds: bool = False


def _json(**body: Any) -> Sent:
    return lambda _world: {"json": body}


def _own(**names: str) -> Sent:
    """A body whose values are ids of the world's."""
    return lambda world: {"json": {field: world.ids[name] for field, name in names.items()}}


PUBLIC = Row("everyone")
ACCOUNT = Row("viewer", session_only=True)
ENDING = Row("viewer", session_only=True, ends=True)

ROWS: dict[str, Row] = {
    # health and meta
    "root_health": PUBLIC, "health": PUBLIC, "readiness": PUBLIC, "database_health": PUBLIC, "metrics": PUBLIC,
    "welcome": PUBLIC, "detailed_health": Row("superuser", session_only=True),
    # auth
    "register": PUBLIC, "login": PUBLIC, "refresh_tokens": PUBLIC, "forgot_password": PUBLIC, "reset_password": PUBLIC,
    "verify_email": PUBLIC, "google_login": PUBLIC, "google_callback": PUBLIC, "google_second_factor": PUBLIC,
    "browser_login": PUBLIC, "browser_token": PUBLIC, "browser_google": PUBLIC, "browser_logout": PUBLIC,
    "browser_google_login": PUBLIC,
    "browser_google_second_factor": PUBLIC,
    "logout": ENDING, "logout_all": ENDING, "list_sessions": ACCOUNT, "request_verification": ACCOUNT,
    "read_me": Row("viewer"), "read_session": Row("viewer"),
    "change_me": Row("viewer", sends=_json(full_name="Another Name"), session_only=True),
    "end_session": Row("viewer", "person", session_only=True, ends=True),
    "change_password": Row(
        "viewer", sends=_json(current_password=PASSWORD, new_password="another horse another battery"),
        session_only=True, ends=True,
    ),
    "enroll_second_factor": Row("viewer", sends=_json(current_password=PASSWORD), session_only=True),
    "confirm_second_factor": Row("viewer", sends=_json(otp="123456"), session_only=True, may_answer=(409, 422)),
    "disable_second_factor": Row(
        "viewer", sends=_json(current_password=PASSWORD, otp="123456"), session_only=True, may_answer=(409,)
    ),
    "accept_invitation": Row("viewer", sends=_json(token="x" * 68), session_only=True, may_answer=(422,)),
    "browser_switch_tenant": Row(
        "viewer", session_only=True, may_answer=(409,), sends=lambda w: {
            "json": {"tenant_id": w.ids["tenant_id"]}, "headers": {"Sec-Fetch-Site": "same-origin"}
        },
    ),
    "switch_tenant": Row("viewer", sends=_own(tenant_id="tenant_id"), session_only=True, may_answer=(409,)),
    # tenants
    "read_tenant": Row("viewer"),
    "change_tenant": Row("owner", sends=_json(timezone="Europe/Berlin"), session_only=True),
    "delete_tenant": Row("owner", sends=lambda w: {"json": {"name": w.tenant_name}}, session_only=True, ends=True),
    "read_usage": Row("viewer"),
    "list_members": Row("viewer"),
    "change_member": Row("admin", "tenant", _json(role="viewer"), session_only=True, ends=True),
    "remove_member": Row("admin", "tenant", session_only=True, ends=True),
    "create_invitation": Row("admin", sends=_json(email="another@firm.example", role="viewer"), session_only=True),
    "list_invitations": Row("admin"),
    "revoke_invitation": Row("admin", "tenant", session_only=True, ends=True),
    "restore_tenant": Row("superuser", session_only=True, may_answer=(404, 409)),
    # API keys
    "list_api_keys": Row("admin", session_only=True),
    "create_api_key": Row("admin", sends=_json(name="k", scopes=["chat:read"]), session_only=True),
    "get_api_key": Row("admin", "tenant", session_only=True),
    "revoke_api_key": Row("admin", "tenant", session_only=True, ends=True),
    "rotate_api_key": Row("admin", "tenant", session_only=True, ends=True),
    # webhooks
    "get_webhook_secret": Row("admin", session_only=True), "rotate_webhook_secret": Row("admin", session_only=True),
    # users
    "list_users": Row("superuser", session_only=True),
    "get_user": Row("viewer", "person", superusers_too=True),
    "change_user": Row("superuser", sends=_json(is_active=True), session_only=True),
    "delete_user": Row("viewer", "person", session_only=True, ends=True, superusers_too=True),
    "export_user": Row("viewer", "person", session_only=True, superusers_too=True),
    "restore_user": Row("superuser", session_only=True, may_answer=(404, 409)),
    # audit
    "list_audit_rows": Row("admin"),
    "verify_audit": Row("admin"),
    # chat
    "create_conversation": Row("member", sends=_json(title="New")),
    "list_conversations": Row("viewer"),
    "get_conversation": Row("viewer", "person"),
    "change_conversation": Row("member", "person", _json(title="Changed")),
    "delete_conversation": Row("member", "person", ends=True),
    "list_messages": Row("viewer", "person"),
    "export_conversation": Row("viewer", "person"),
    "share_conversation": Row("member", "person", _json(expires_in_days=1)),
    "get_share": Row("member", "person"),
    "unshare_conversation": Row("member", "person"),
    "read_shared_conversation": PUBLIC,
    "list_notes": Row("viewer", "person"),
    "write_note": Row("member", "person", _json(content="Kept")),
    "change_note": Row("member", "person", _json(content="Changed")),
    "remove_note": Row("member", "person", ends=True),
    "ask": Row("member", sends=_json(content="What is the rent?")),
    "regenerate_answer": Row("member", "person"),
    "follow_answer": Row("viewer", "person"),
    "stop_answer": Row("member", "person"),
    "give_feedback": Row("member", "person", _json(score=1)),
    "list_openai_models": Row("viewer"),
    "get_openai_model": Row("viewer"),
    "create_openai_completion": Row(
        "member", sends=_json(model="auto", messages=[{"role": "user", "content": "What is the rent?"}])
    ),
    "get_answer_record": Row("viewer", "person"),
    "create_brief": Row("member", sends=_json(case_facts="The rent is late.", legal_issues=["What is the rent?"])),
    "list_briefs": Row("viewer"),
    "get_brief": Row("viewer", "person"),
    "export_brief": Row("viewer", "person"),
    "delete_brief": Row("member", "person", ends=True),
    "replay_answer": Row("member", "person"),
    # documents
    "upload_documents": Row("member", sends=lambda w: {"files": [("files", ("new.txt", w.canary[::-1].encode()))]}),
    "list_documents": Row("viewer"),
    "search_documents": Row("viewer", sends=_json(query="rent")),
    "verify_quotes": Row("viewer", sends=_json(quotes=[{"text": "the rent is due on the first of every month"}])),
    "get_document": Row("viewer", "tenant"),
    "change_document": Row("member", "author", _json(category="lease")),
    "delete_document": Row("member", "author", ends=True),
    "reprocess_document": Row("member", "author", ends=True),
    "get_document_page": Row("viewer", "tenant"),
    "get_document_page_image": Row("viewer", "tenant", may_answer=(404,)),
    "list_document_chunks": Row("viewer", "tenant"),
    "get_document_file": Row("viewer", "tenant"),
    "analyze_document": Row("member", "tenant", _json(analysis_type="general", questions=["What is the rent?"])),
    "list_analyses": Row("viewer", "tenant"),
    "get_analysis": Row("viewer", "tenant"),
    # workflows
    "list_templates": Row("viewer"),
    "create_template": Row("member", sends=lambda w: {"json": w.template(secrets.token_hex(6))}),
    "get_template": Row("viewer", "tenant"),
    "change_template": Row("member", "author", _json(title="Changed")),
    "delete_template": Row("member", "author", ends=True),
    "list_template_categories": Row("viewer"),
    "execute_workflow": Row("member", sends=_own(template_id="template_id")),
    "list_executions": Row("viewer"),
    "get_execution": Row("viewer", "own"),
    "delete_execution": Row("member", "own", ends=True),
    "cancel_execution": Row("member", "own", may_answer=(409,)),
    "retry_execution": Row("member", "own", may_answer=(409,)),
    "continue_execution": Row("member", "own", _json(from_step="say")),
    "get_step": Row("viewer", "own"),
    "decide_step": Row("member", "own", _json(approved=True), may_answer=(409,)),
    "follow_execution": Row("viewer", "own"),
    "get_result_file": Row("viewer", "own"),
    "list_schedules": Row("viewer"),
    "create_schedule": Row(
        "member", sends=lambda w: {"json": {"name": "n", "template_id": w.ids["template_id"], "cron": "0 9 * * *"}}
    ),
    "get_schedule": Row("viewer", "own"),
    "change_schedule": Row("member", "own", _json(name="Changed")),
    "delete_schedule": Row("member", "own", ends=True),
    # jobs
    "list_jobs": Row("viewer"),
    "job_stats": Row("viewer"),
    "follow_jobs": Row("viewer"),
    "get_job": Row("viewer", "own", superusers_too=True),
    "cancel_job": Row("member", "own", may_answer=(409,), superusers_too=True),
    "retry_job": Row("member", "own", may_answer=(409,), superusers_too=True),
    "cancel_jobs": Row("member", sends=_json(filter={"type": "no.such"}, dry_run=False), finds=True),
    "retry_jobs": Row("member", sends=_json(filter={"type": "no.such"}, dry_run=False), finds=True),
}  # fmt: skip


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    template: str
    parameters: tuple[str, ...]
    #: Of its query, those that take text.
    queries: tuple[str, ...]
    scope: str | None
    #: Where its body may name something.
    puts: tuple[Put, ...]

    def path(self, world: World, **own: str) -> str:
        names = {**world.ids, "number": "1", "model_id": "auto", "name": "say", **own}
        return self.template.format(**{name: names[name] for name in self.parameters})


@cache
def operations() -> tuple[Operation, ...]:
    """Every process of a test run asks for them while it collects, and the document takes a second to make."""
    document = create_app().openapi()
    return tuple(
        Operation(
            id=operation["operationId"],
            method=method.upper(),
            template=path,
            parameters=tuple(each["name"] for each in operation.get("parameters", []) if each["in"] == "path"),
            queries=tuple(each["name"] for each in operation.get("parameters", []) if _takes_text(each)),
            scope=operation.get("x-scope"),
            puts=tuple(puts(_schema(operation), document["components"]["schemas"])),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )


def _takes_text(parameter: dict[str, Any]) -> bool:
    variants = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
    return parameter["in"] == "query" and any(each.get("type") == "string" for each in variants)


def _schema(operation: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    found: dict[str, Any] = content.get("application/json", {}).get("schema", {})
    return found


def puts(schema: dict[str, Any], schemas: dict[str, Any], within: tuple[str, ...] = ()) -> Iterator[Put]:
    """Everywhere in a value of this schema where an id may stand, however deep."""
    if schema.get("pattern") == ID:
        yield lambda id_: id_
    for variant in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from puts(variant, schemas, within)
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in within:
        yield from puts(schemas[name], schemas, (*within, name))
    if "items" in schema:
        for put in puts(schema["items"], schemas, within):
            yield lambda id_, put=put: [put(id_)]
    for field, inner in schema.get("properties", {}).items():
        for put in puts(inner, schemas, within):
            yield lambda id_, field=field, put=put: {field: put(id_)}


__all__ = ["API", "ID", "ROWS", "Operation", "Row", "operations", "puts"]

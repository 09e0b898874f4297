"""Whoever may no longer read an answer is told so while it is still being written, and gets no further word of it."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from pymongo.errors import AutoReconnect

from elenchus.core.ids import Id
from elenchus.identity import principals, watching
from elenchus.identity import service as identity
from elenchus.identity import store as people
from elenchus.research import store, streams
from elenchus.research.exporting import service as exporting
from elenchus.research.recording import replaying
from tests.research.support import CHAT, RENT, SSE, asked, blocks, first_words, to_the_end
from tests.support import Firm, http_client, until

AUTH, KEYS = "/api/v1/auth", "/api/v1/api-keys"
SLOW = ("The rent ", "is $4,200.")
End = Callable[[Firm, dict], Awaitable[object]]


async def log_out(f: Firm, _key: dict) -> None:
    assert (await f.client.post(f"{AUTH}/logout")).status_code == 204


async def revoke_key(f: Firm, key: dict) -> None:
    assert (await f.client.delete(f"{KEYS}/{key['id']}")).status_code == 204


async def rotate_key(f: Firm, key: dict) -> None:
    assert (await f.client.post(f"{KEYS}/{key['id']}/rotate")).status_code in (200, 201)


async def end_membership(f: Firm, _key: dict) -> None:
    await people.change_user(f.principal.user_id, {"memberships": []})
    principals.forget_user(f.principal.user_id)


async def change_password_elsewhere(f: Firm, _key: dict) -> None:
    """In another session of the same person: all others end."""
    async with http_client(base_url=f.client.base_url) as http:
        again = await http.post(f"{AUTH}/login", data={"username": f.email, "password": f.password})
        bearer = {"Authorization": f"Bearer {again.json()['access_token']}"}
        body = {"current_password": f.password, "new_password": "a wholly different horse and staple"}
        assert (await http.post(f"{AUTH}/me/password", json=body, headers=bearer)).status_code == 204


async def suspend_elsewhere(f: Firm, _key: dict) -> None:
    """By another process, which tells this one nothing."""
    await people.change_user(f.principal.user_id, {"is_active": False})


async def a_key(f: Firm) -> dict:
    made = await f.client.post(KEYS, json={"name": "k", "scopes": ["chat:write"]})
    assert made.status_code == 201, made.text
    key: dict = made.json()
    return key


def asking(http: httpx.AsyncClient):
    return http.stream("POST", CHAT, json={"content": RENT}, headers=SSE)


@pytest.mark.parametrize(
    ("by_key", "end"),
    [
        (False, log_out),
        (False, end_membership),
        (False, suspend_elsewhere),
        (False, change_password_elsewhere),
        (True, revoke_key),
        (True, end_membership),
    ],
)
async def test_an_open_stream_ends(firm, gemini, live, by_key: bool, end: End):
    f = await firm()
    key = await a_key(f)
    gemini.will_say(*SLOW, pause_after=1)
    async with http_client(base_url=live, headers={"X-API-Key": key["key"]}) as with_key:
        async with asking(with_key if by_key else f.client) as response:
            stream = blocks(response)
            so_far = await first_words(stream)
            await end(f, key)
            async with asyncio.timeout(5):
                so_far = await to_the_end(stream)
    assert so_far.names[-2:] == ["delta", "error"]
    assert so_far.text.endswith(SLOW[0])
    assert so_far["error"]["problem"]["status"] == 401
    assert so_far["error"]["problem"]["instance"].endswith(so_far["meta"]["message_id"])
    assert so_far.ids[-1] == so_far.ids[-2]  # who comes back goes on after the last word
    gemini.go_on.set()
    await is_complete(f, so_far["meta"]["message_id"])


@pytest.mark.parametrize("path", [CHAT, "/api/v1/openai/v1/chat/completions"])
async def test_nor_is_an_answer_told_whole(firm, gemini, path: str):
    f = await firm()
    gemini.will_say(*SLOW, pause_after=1)
    body = {"content": RENT} if path == CHAT else {"model": "auto", "messages": [{"role": "user", "content": RENT}]}
    told = await told_after(f, asyncio.create_task(f.client.post(path, json=body)), gemini.go_on)
    assert told.status_code == 401
    assert SLOW[1] not in told.text


async def test_nor_one_that_is_made_again(firm, monkeypatch):
    f = await firm()
    message_id, replay, go_on = (await asked(f))["message"]["id"], replaying.replay, asyncio.Event()

    async def slowly(*given):
        await go_on.wait()
        return await replay(*given)

    monkeypatch.setattr(replaying, "replay", slowly)
    asking = asyncio.create_task(f.client.post(f"{CHAT}/messages/{message_id}/replay"))
    assert (await told_after(f, asking, go_on)).status_code == 401


async def test_a_file_breaks_off(firm, monkeypatch):
    f = await firm()
    conversation_id, begun, go_on = (await asked(f))["conversation_id"], asyncio.Event(), asyncio.Event()

    async def slowly(*_):
        yield b"half"
        begun.set()
        await go_on.wait()
        yield b"whole"

    monkeypatch.setattr(exporting, "_markdown", slowly)
    asking = asyncio.create_task(f.client.get(f"{CHAT}/conversations/{conversation_id}/export"))
    await begun.wait()
    with pytest.raises(httpx.RemoteProtocolError):
        await told_after(f, asking, go_on)


async def told_after(f: Firm, asking: asyncio.Task[httpx.Response], go_on: asyncio.Event) -> httpx.Response:
    """What comes to who has signed out meanwhile."""

    def mine() -> list[watching.Watch]:
        return [each for each in watching._watches if each.principal.user_id == f.principal.user_id]

    [watch] = await until(mine)
    await log_out(f, {})
    await asyncio.wait_for(watch.ended.wait(), 5)
    go_on.set()
    return await asking


async def is_complete(f: Firm, message_id: str) -> None:
    async def complete() -> bool:
        answer = await store.answer(f.principal, Id(message_id))
        return answer is not None and answer.status == "complete"

    assert await until(complete)


async def test_also_while_words_keep_coming(firm, gemini, monkeypatch):
    """There is no quiet moment in which to look."""
    monkeypatch.setattr(streams, "LOOK_SECONDS", 600)
    f = await firm()
    gemini.will_say(*SLOW, pause_after=1)
    async with asking(f.client) as response:
        stream = blocks(response)
        await first_words(stream)
        [watch] = [each for each in watching._watches if each.principal.user_id == f.principal.user_id]
        await log_out(f, {})
        await asyncio.wait_for(watch.ended.wait(), 5)
        gemini.go_on.set()
        so_far = await to_the_end(stream)
    assert so_far.names[-1] == "error"
    assert SLOW[1] not in so_far.text


async def test_a_token_that_expires_meanwhile_ends_nothing(firm, gemini, expire_tokens):
    """Its session goes on, and its next request refreshes the token."""
    f = await firm()
    gemini.will_say(*SLOW, pause_after=1)
    async with asking(f.client) as response:
        stream = blocks(response)
        await first_words(stream)
        expire_tokens(f)
        assert (await f.client.get(f"{AUTH}/me")).status_code == 401
        gemini.go_on.set()
        so_far = await to_the_end(stream)
    assert so_far.names[-1] == "done"


async def test_while_the_database_is_away_nothing_has_ended(firm, monkeypatch):
    f = await firm()
    principal = await identity.resolve(f.access_token)

    async def away(*_: object) -> None:
        raise AutoReconnect

    monkeypatch.setattr(people, "standing", away)
    principals.forget_user(principal.user_id)
    assert await identity.still_stands(f.access_token, principal)

"""Milliseconds to cross-examine an answer of 1,500 words against 8 sources in documents of 100 pages, end to end with
the database: when the documents are at hand, when none is, and when none is and they are fetched as in a real turn,
from the first quotation mark on while the model writes. Of that writing only the examination behind it is timed.

    PYTHONPATH=backend:. python benchmarks/examining.py

A whole Elenchus runs beside it with the documents that were uploaded to it; the examination runs in this process. Told
apart are an answer that is true, one whose every sentence is altered, and one whose every quotation is made up.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import SecretStr

from benchmarks.harness import elenchus, p50, signed_in, verdict
from elenchus import registry
from elenchus.core.ids import Id
from elenchus.core.llm.sentences import split
from elenchus.core.principal import Principal, Role
from elenchus.core.resources import open_resources
from elenchus.core.settings import MongoSettings, RedisSettings, Settings
from elenchus.library import quotes
from elenchus.library.retrieval import retrieve
from elenchus.library.schemas import Passage
from elenchus.research.examining.service import Ahead, examine

DOCUMENTS: Final = "/api/v1/documents"
SOURCES: Final = 8
PAGES: Final = 100
WORDS: Final = 1_500
ROUNDS: Final = 7
DELTA: Final = 40  # characters
WRITTEN_A_SECOND: Final = 4_000  # characters; several times what the fastest models write
BAR: Final = 300
NOUNS: Final = (
    "notice premises rent deposit repair insurance assignment default interest invoice delivery warranty".split()
)
#: As many as an answer is searched for, none of them in the library.
AUTHORITIES: Final = (
    "Roe v. Wade, 410 U.S. 113 (1973)", "Brown v. Board of Education, 347 U.S. 483 (1954)",
    "Miranda v. Arizona, 384 U.S. 436 (1966)", "Gideon v. Wainwright, 372 U.S. 335 (1963)",
    "Mapp v. Ohio, 367 U.S. 643 (1961)", "Loving v. Virginia, 388 U.S. 1 (1967)",
    "Baker v. Carr, 369 U.S. 186 (1962)", "Terry v. Ohio, 392 U.S. 1 (1968)",
)  # fmt: skip
RNG: Final = random.Random(7)


def sentence() -> str:
    first, second, third = RNG.sample(NOUNS, 3)
    return (
        f"The Tenant shall give the Landlord {first} of the {second} within {RNG.randint(2, 90)} days and bears the "
        f"cost of the {third} up to ${RNG.randint(100, 9_999):,}. "
    )


def contract() -> bytes:
    return "\f".join("".join(sentence() for _ in range(18)).strip() for _ in range(PAGES)).encode()


def true(words: str, n: int) -> str:
    return f'As to this, "{words}" [{n}].' if RNG.random() < 0.5 else f"{words.rstrip('.')} [{n}]."


def altered(words: str, n: int) -> str:
    return true(words.replace("shall", "shall not"), n)


def made_up(words: str, n: int) -> str:
    mixed = words.split()
    RNG.shuffle(mixed)
    return f'As to this, "{" ".join(mixed)}" [{n}].'


def answer(passages: Sequence[Passage], said_as: Callable[[str, int], str]) -> str:
    said: list[str] = []
    while sum(len(one.split()) for one in said) < WORDS:
        n = RNG.randrange(len(passages))
        words = RNG.choice(split(passages[n].text)).text
        said.append(said_as(words, n + 1))
    return " ".join([*said, *(f"See {one}." for one in AUTHORITIES)])


async def uploaded(http: httpx.AsyncClient) -> list[Id]:
    found = []
    for number in range(SOURCES):
        file = (f"contract-{number}.txt", contract(), "text/plain")
        answered = (await http.post(DOCUMENTS, files=[("files", file)])).raise_for_status()
        found.append(answered.json()["items"][0]["id"])
    async with asyncio.timeout(300):
        for id_ in found:
            while (await http.get(f"{DOCUMENTS}/{id_}")).json()["processing"]["status"] != "completed":
                await asyncio.sleep(0.1)
    return [Id(one) for one in found]


@dataclass(frozen=True)
class Took:
    """Of some rounds, in ms; what other programs of the machine take shows in the median and not in the others."""

    median: float
    best: float
    cpu: float
    failing: int


Prepare = Callable[[Principal, str, Sequence[Passage]], Awaitable[object]]


async def at_hand(principal: Principal, _: str, passages: Sequence[Passage]) -> None:
    await quotes.at_hand(principal, [passage.document_id for passage in passages])


async def none_at_hand(*_: object) -> None:
    quotes.forget()


async def while_it_is_written(principal: Principal, text: str, passages: Sequence[Passage]) -> None:
    quotes.forget()
    ahead = Ahead(principal, passages)
    for start in range(0, len(text), DELTA):
        ahead.hear(text[start : start + DELTA])
        await asyncio.sleep(DELTA / WRITTEN_A_SECOND)


async def took(principal: Principal, text: str, passages: Sequence[Passage], prepare: Prepare) -> Took:
    times, cpu, failing = [], [], 0
    for _ in range(ROUNDS):
        await prepare(principal, text, passages)
        began, used = time.perf_counter(), time.process_time()
        failing = len((await examine(principal, text, passages)).failing)
        times.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - used))
    return Took(p50(times), min(times), p50(cpu), failing)


async def main() -> None:
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(elenchus())
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=started.url, timeout=120))
        await signed_in(http)
        me = (await http.get("/api/v1/auth/session")).json()
        principal = Principal(Id(me["tenant_id"]), Id(me["user_id"]), Role.OWNER)
        mongo = MongoSettings(url=SecretStr(started.endpoints.mongodb_url))
        redis = RedisSettings(url=SecretStr(started.endpoints.redis_url))
        held = open_resources(Settings(mongo=mongo, redis=redis), registry.MODELS, timeout_seconds=10)
        await (await stack.enter_async_context(held)).bind_models()
        passages = [
            (await retrieve(principal, "notice of the deposit", document_ids=[id_], limit=1)).passages[0]
            for id_ in await uploaded(http)
        ]
        await measured(principal, passages)


async def measured(principal: Principal, passages: Sequence[Passage]) -> None:
    await took(principal, answer(passages, true), passages, at_hand)  # imports and tables
    for name, change in (
        ("true", true),
        ("altered in every sentence", altered),
        ("made up in every quotation", made_up),
    ):
        text = answer(passages, change)
        for place, prepare in (
            ("documents at hand", at_hand),
            ("no document at hand", none_at_hand),
            ("documents fetched while it was written", while_it_is_written),
        ):
            each = await took(principal, text, passages, prepare)
            verdict(
                f"examine an answer that is {name}, {place}, "
                f"ms", each.median, at_most=BAR, best=each.best, cpu=each.cpu,
                words=len(text.split()), quotations=text.count('"') // 2, failing=each.failing,
            )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())

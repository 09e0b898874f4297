"""What it costs to know who is asking: a request that does nothing else, against an open route in the same run.

Cold is the first request of a session or key in a process: one indexed read and one question to Redis. Warm is any
other within the second. Each kind takes its turn in every round, so that a slow moment of the machine meets all.
"""

import asyncio
import os
from collections import defaultdict

import httpx
from pymongo import AsyncMongoClient

from benchmarks.harness import RawClient, elenchus, p50, p95, signed_in, timed, verdict

ROUNDS = 150
WARM_UP = 20
BARE, GUARDED = "/api/v1/health", "/api/v1/auth/session"
MOST_EXTRA_MS = 1.5
#: Nobody waits for passwords here, and no limit ends the run.
ENVIRONMENT = {
    "AUTH_BCRYPT_ROUNDS": "4",
    "LIMIT_ANONYMOUS_PER_MINUTE": "1000000",
    "LIMIT_LOGINS_PER_MINUTE": "1000000",
    "TIER_FREE_REQUESTS_PER_MINUTE": "1000000",
}


async def main() -> None:
    os.environ.update(ENVIRONMENT)
    async with elenchus() as started, RawClient(started.url, BARE, "none") as connection:
        tokens, keys = await _credentials(started.url)
        async with AsyncMongoClient(started.endpoints.mongodb_url) as database:
            took = await _measured(connection, started.url, tokens, keys, database)
    bare, read = took.pop("unauthenticated"), took.pop("one read")
    for kind, values in took.items():
        verdict(
            f"authentication, {kind}: ms over an open route",
            p50(values) - p50(bare),
            at_most=MOST_EXTRA_MS,
            times_bare=p50(values) / p50(bare),
            quickest_extra_ms=min(values) - min(bare),
            p50_ms=p50(values),
            p95_ms=p95(values),
            bare_p50_ms=p50(bare),
            one_read_p50_ms=p50(read),
            one_read_quickest_ms=min(read),
            load_average=os.getloadavg()[0],
        )


async def _credentials(url: str) -> tuple[list[str], list[str]]:
    """As many sessions and keys as there are rounds, each of a firm of its own; none of them was used before."""
    tokens, keys = [], []
    wish = {"name": "Benchmark", "scopes": ["documents:read"]}
    async with httpx.AsyncClient(base_url=url) as http:
        for _ in range(ROUNDS + WARM_UP):
            tokens.append(await signed_in(http))
            made = (await http.post("/api/v1/api-keys", json=wish)).raise_for_status()
            keys.append(made.json()["key"])
    return tokens, keys


async def _measured(
    connection: RawClient, url: str, tokens: list[str], keys: list[str], database: AsyncMongoClient
) -> dict[str, list[float]]:
    """Milliseconds by kind, and of one read by primary key without anything around it: the raw limit of a cold one."""
    took: dict[str, list[float]] = defaultdict(list)
    user = await database["elenchus"]["users"].find_one({})
    for token, key in zip(tokens, keys, strict=True):
        for kind, path, credential in (
            ("unauthenticated", BARE, "none"),
            ("token, cold", GUARDED, token),
            ("token, warm", GUARDED, token),  # a moment after its first time
            ("API key, cold", GUARDED, key),
            ("API key, warm", GUARDED, key),
        ):
            connection.request = RawClient(url, path, credential).request
            took[kind] += await timed(connection.get, times=1)
        took["one read"] += await timed(
            lambda: database["elenchus"]["users"].find_one({"_id": user["_id"]}, {"_id": 1}), times=1
        )
    return {kind: values[WARM_UP:] for kind, values in took.items()}


if __name__ == "__main__":
    asyncio.run(main())

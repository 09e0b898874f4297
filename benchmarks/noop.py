"""An authenticated request that does nothing, against a bare Starlette route with a JWT check: CPU of the server."""

import asyncio
import os
import secrets
import time

import httpx
import jwt

from benchmarks.harness import bare_server, cpu_seconds, elenchus, load, signed_in, verdict

REQUESTS = 6_000
ROUNDS = 5


async def main() -> None:
    secret = secrets.token_hex(32)
    claims = {"sub": "a" * 24, "sid": "b" * 24, "iss": "elenchus", "aud": "elenchus", "exp": time.time() + 3600}
    bare_token = jwt.encode(claims, secret, "HS256")
    os.environ["BENCH_SECRET"] = secret
    async with (
        elenchus() as started,
        bare_server("checking") as (bare_url, bare_pid),
        httpx.AsyncClient(base_url=started.url) as http,
    ):
        token = await signed_in(http)
        ours, bare = [], []
        for _ in range(ROUNDS + 1):
            ours.append(await _cpu(started.api.pid, started.url, "/api/v1/auth/session", token))
            bare.append(await _cpu(bare_pid, bare_url, "/noop", bare_token))
    ratios = sorted(o / b for o, b in zip(ours[1:], bare[1:], strict=True))  # the first round warms both up
    verdict(
        "authenticated no-op, CPU over a bare Starlette route",
        ratios[len(ratios) // 2],
        at_most=2.0,
        ours_microseconds=min(ours) * 1e6,
        bare_microseconds=min(bare) * 1e6,
        ratios=[round(ratio, 3) for ratio in ratios],
    )


async def _cpu(pid: int, url: str, path: str, token: str) -> float:
    """Seconds of the server's CPU a request."""
    before = cpu_seconds(pid)
    await load(url, path, token, requests=REQUESTS)
    return (cpu_seconds(pid) - before) / REQUESTS


if __name__ == "__main__":
    asyncio.run(main())

"""How much one user, key or address may ask for: fixed windows, counted in Redis over all processes.

A process takes a part of a window's allowance in one go and spends it by itself, so that few requests cost a round
trip. Over all processes a window never admits more than its limit; what a process took and did not spend is lost with
the window, so the parts get smaller as the window empties.
"""

import asyncio
import hmac
import ipaddress
import math
from collections.abc import Awaitable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn, cast

from fastapi import Depends, Request

from elenchus.core import crypto, logs
from elenchus.core.brief import REDIS_TROUBLE, Brief
from elenchus.core.context import caller
from elenchus.core.errors import TooManyRequests, Unavailable
from elenchus.core.settings import settings

if TYPE_CHECKING:  # `core.principal` counts through here
    from elenchus.core.principal import Allowance

PARTS = 20  # a window is taken in about so many round trips
LENIENT_SECONDS = 0.5  # a request may wait so long for Redis and goes on without it
STRICT_SECONDS = 2.0
MOST_WINDOWS = 50_000  # about 20 MB when full
MINUTE, HOUR = 60, 3600
log = logs.get(__name__)

#: The window begins with its first request, by the clock of Redis. Answers what was taken, what is left, and how long.
_TAKE = """
local left = tonumber(ARGV[1]) - tonumber(redis.call('GET', KEYS[1]) or '0')
local taken = math.min(left, math.max(1, math.min(tonumber(ARGV[2]), math.floor(left / 4))))
if taken > 0 then redis.call('INCRBY', KEYS[1], taken) else taken = 0 end
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return {taken, math.max(0, left - taken), redis.call('PTTL', KEYS[1])}
"""

_Key = tuple[str, int, int]  # the subject, its limit and the window's seconds: another limit is another window


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answer tells its reader about the limit that is nearest."""

    limit: int
    remaining: int
    reset_seconds: int


async def admit(
    state: MutableMapping[str, Any], subject: str, allowance: "Allowance | None", *, strict: bool = False
) -> None:
    """Count one request of `subject`; raises `TooManyRequests`. `state` is the request's `scope["state"]`.

    No allowance, or one of 0 requests, is no limit.

    While Redis is away each process counts for itself; what is `strict`, such as guessing passwords, waits until it is
    back: `Unavailable`.
    """
    if allowance and allowance.requests and settings().limits.enabled:
        await _here.admit(state, (subject, allowance.requests, allowance.window_seconds), strict=strict)


async def admit_address(kind: str, address_key: str, allowance: "Allowance", *, strict: bool = True) -> None:
    """The same for an e-mail address, whether anybody has it or not. Redis never learns the address."""
    secret = crypto.key_for(settings().server, "counted address")
    digest = hmac.digest(secret, address_key.encode(), "sha256").hex()[:32]
    await admit({}, f"{kind}:address:{digest}", allowance, strict=strict)


async def admit_caller(
    state: MutableMapping[str, Any], kind: str, *, requests: int, window_seconds: int, strict: bool = False
) -> None:
    """The same for where the request came from."""
    if settings().limits.enabled:
        subject = f"{kind}:{network_of(caller().ip_address)}"
        await _here.admit(state, (subject, requests, window_seconds), strict=strict)


async def _count_login(request: Request) -> None:
    most = settings().limits.logins_per_minute
    await admit_caller(request.scope["state"], "login", requests=most, window_seconds=MINUTE, strict=True)


async def _count_mail(request: Request) -> None:
    most = settings().limits.mails_per_hour
    await admit_caller(request.scope["state"], "mail", requests=most, window_seconds=HOUR, strict=True)


#: For `dependencies=[...]` of a route where passwords can be guessed or accounts be made.
LoginLimit = Depends(_count_login)
#: For one that sends mails to whoever is named.
MailLimit = Depends(_count_mail)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """What one customer of a provider has: an IPv4 address, or the whole /64 of an IPv6 one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address  # a Unix socket's peer has none
    return address if known.version == 4 else str(ipaddress.ip_network((known, 64), strict=False))


class Window:
    """What this process knows of one subject's window."""

    __slots__ = ("ends_at", "held", "left", "limit", "lock")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.held = 0  # taken by this process and not spent
        self.left = limit  # not taken by anybody, as far as was heard
        self.ends_at = 0.0
        self.lock = asyncio.Lock()

    def spend(self) -> bool:
        if self.held == 0 or monotonic() >= self.ends_at:
            return False
        self.held -= 1
        return True

    def begin(self, *, held: int, left: int, ends_at: float) -> None:
        self.held, self.left, self.ends_at = held, left, ends_at

    @property
    def is_used_up(self) -> bool:
        return self.held == 0 and self.left == 0 and monotonic() < self.ends_at

    def standing(self) -> Standing:
        return Standing(self.limit, self.held + self.left, max(1, math.ceil(self.ends_at - monotonic())))


class Limiter:
    """One process's part in the counting."""

    def __init__(self) -> None:
        self._windows: dict[_Key, Window] = {}
        #: For while Redis is away: this process's own, each with the whole limit.
        self._spares: dict[_Key, Window] = {}
        self._lenient = Brief(LENIENT_SECONDS)
        self._strict = Brief(STRICT_SECONDS)
        self._is_away = False

    async def admit(self, state: MutableMapping[str, Any], key: _Key, *, strict: bool) -> None:
        window = self._windows.get(key) or _opened(self._windows, key)
        if not window.spend():
            window = await self._take_and_spend(state, key, window, strict=strict)
        _remember(state, window.standing())

    async def _take_and_spend(
        self, state: MutableMapping[str, Any], key: _Key, window: Window, *, strict: bool
    ) -> Window:
        """One of many waiting requests asks Redis for all. The window that was spent from; raises `TooManyRequests`."""
        async with window.lock:
            try:
                while not window.spend():
                    if window.is_used_up:
                        _refuse(state, key, window)
                    await self._take(key, window, self._strict if strict else self._lenient)
            except REDIS_TROUBLE as error:
                self._note(away=True, error=error)
                if strict:
                    raise Unavailable(
                        "What counts such attempts does not answer, so none is let through. Try again shortly.",
                        service="redis",
                    ) from error
                return self._spend_spare(state, key)
        return window

    async def _take(self, key: _Key, window: Window, patience: Brief) -> None:
        subject, limit, seconds = key
        name = f"elenchus:limit:{subject}:{limit}:{seconds}"
        async with patience.redis() as redis:
            asked_at = monotonic()  # before the question: the window must end here before it ends there
            answer = redis.eval(_TAKE, 1, name, str(limit), str(max(1, limit // PARTS)), str(seconds * 1000))
            taken, left, left_ms = await cast(Awaitable[list[int]], answer)
        window.begin(held=taken, left=left, ends_at=asked_at + left_ms / 1000)
        self._note(away=False)

    def _spend_spare(self, state: MutableMapping[str, Any], key: _Key) -> Window:
        spare = self._spares.get(key) or _opened(self._spares, key)
        if monotonic() >= spare.ends_at:
            spare.begin(held=spare.limit, left=0, ends_at=monotonic() + key[2])
        if not spare.spend():
            _refuse(state, key, spare)
        return spare

    def _note(self, *, away: bool, error: Exception | None = None) -> None:
        """Once per change, not once per request."""
        if away != self._is_away:
            sentence = "Redis does not answer; each process counts for itself" if away else "Redis counts again"
            log.warning(sentence, error=type(error).__name__ if error else None)
        self._is_away = away


_here = Limiter()


def _opened(windows: dict[_Key, Window], key: _Key) -> Window:
    if len(windows) >= MOST_WINDOWS:
        _make_room(windows)
    window = windows[key] = Window(key[1])
    return window


def _make_room(windows: dict[_Key, Window]) -> None:
    """Those that ended go, or else a quarter: dropping one at a time would mean to look at all of them each time."""
    instant = monotonic()
    ended = [key for key, window in windows.items() if window.ends_at <= instant]
    for key in ended or list(islice(windows, MOST_WINDOWS // 4)):
        del windows[key]


def _refuse(state: MutableMapping[str, Any], key: _Key, window: Window) -> NoReturn:
    standing = window.standing()
    _remember(state, standing)
    raise TooManyRequests(
        f"At most {standing.limit} of these in {key[2]} seconds. Try again in {standing.reset_seconds} s.",
        retry_after_seconds=standing.reset_seconds,
        limit=standing.limit,
        window_seconds=key[2],
    )


def _remember(state: MutableMapping[str, Any], standing: Standing) -> None:
    """The tightest when several limits apply."""
    known: Standing | None = state.get("rate_limit")
    if known is None or standing.remaining <= known.remaining:
        state["rate_limit"] = standing

"""One server as our own child: started, waited for until it really serves, started again when it dies, stopped."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from elenchus.core import logs
from elenchus.embedded.datadir import DataDir, Log, explained
from elenchus.embedded.errors import CredentialsRefused, EmbeddedError
from elenchus.embedded.leftovers import end_leftover, forget, remember
from elenchus.embedded.ports import HOST, free_port, knock

log = logs.get(__name__)

PORT_TRIES = 5
POLL_SECONDS = 0.03
REFUSAL_SECONDS = 3  # a server that meets another on its port takes up to 2 s to find out and end
KNOCK_EVERY_SECONDS = 0.1
KNOCKS_PER_SIGNAL = 5
LAUNCH = Path(__file__).with_name("launch.py")


class Program(Protocol):
    """What to run and how to ask it whether it serves."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    async def prepare(self) -> None:
        """What must be on disk before it runs; repeated at each `start`, not at each restart."""

    def command(self, port: int) -> list[str]:
        """Names files of this data directory, so that no other process can have the same; carries no secret."""

    def url(self, port: int) -> str: ...

    async def serves(self, port: int, pid: int) -> bool:
        """Whether process `pid`, and no other that has its port, answers a client of ours.

        Raises CredentialsRefused.
        """


@dataclass(frozen=True, slots=True)
class Policy:
    auto_restart: bool = True
    deaths_allowed: int = 4  # within the window; the next one is the last
    window_seconds: float = 60
    ready_seconds: float = 60  # after a crash the database first replays its log
    grace_seconds: float = 8  # a container runtime gives us 10 in all


def announce(sentence: str) -> None:
    log.info(sentence)


class _Died(EmbeddedError):
    """It ended before it served."""


class Server:
    """Start it from a thread that outlives it: on Linux it is killed when that thread ends."""

    def __init__(
        self,
        program: Program,
        data: DataDir,
        *,
        policy: Policy = Policy(),
        on_event: Callable[[str], None] = announce,
    ) -> None:
        self.program = program
        self.failure: EmbeddedError | None = None
        self.on_failure: Callable[[EmbeddedError], None] | None = None
        self._data, self._policy, self._on_event = data, policy, on_event
        self._log = Log(data.root / "logs" / f"{program.name}.log")
        self._port = 0  # none chosen yet
        self._process: asyncio.subprocess.Process | None = None
        self._serving: int | None = None  # the pid that has answered
        self._deaths: deque[float] = deque(maxlen=policy.deaths_allowed + 1)
        self._supervision: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        """Of the latest process, which may have ended."""
        return self._started().pid

    @property
    def url(self) -> str:
        """Stays valid until `stop`, over every restart; carries the password."""
        self._started()
        return self.program.url(self._port)

    async def start(self) -> str:
        """The URL, once a client was served. A server that was stopped comes back on its port."""
        if self._process is not None and self._process.returncode is None:
            raise RuntimeError(f"The {self.program.title} runs already.")
        began = asyncio.get_running_loop().time()
        self.failure = None
        self._deaths.clear()
        await end_leftover(self._data.note(self.program.name))
        await self.program.prepare()
        try:
            await self._start_on_some_port()
        except (EmbeddedError, asyncio.CancelledError):
            await self._end()
            raise
        self._supervision = asyncio.create_task(self._supervise())
        seconds = asyncio.get_running_loop().time() - began
        self._on_event(f"The bundled {self.program.title} serves on {HOST}:{self._port} after {seconds:.1f} s.")
        return self.url

    async def stop(self) -> None:
        """It has ended when this returns: asked first, killed after the grace."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.wait({self._supervision})
        await self._end()

    def kill(self) -> None:
        """SIGKILL, to it and to whatever it has forked. Its death is then treated as any other."""
        self._serving = None
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def wait_ready(self, timeout_seconds: float) -> None:
        """Until a living process answers a client; raises what made that impossible."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while True:
                    if await self._serves_now():
                        return
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError:
            raise self._error(f"does not answer after {timeout_seconds:g} s") from None

    async def _serves_now(self) -> bool:
        if self.failure is not None:
            raise self.failure
        process = self._process
        if process is None or process.returncode is not None or self._serving != process.pid:
            return False
        return await self.program.serves(self._port, process.pid)

    async def _start_on_some_port(self) -> None:
        """Between finding a port free and taking it, another process may take it."""
        ports = [self._port] if self._port else [free_port() for _ in range(PORT_TRIES)]
        for port in ports:
            try:
                await self._launch(port)
                return await self._until_serving()
            except _Died:
                if port == ports[-1] or "Address already in use" not in self._log.tail():
                    raise
        return None

    async def _launch(self, port: int) -> None:
        command = self.program.command(port)
        with explained(self._data.root):
            self._log.begin()
            with self._log.path.open("ab") as sink:
                self._process = await _spawn(command, self._data.files(self.program.name), sink)
            remember(self._data.note(self.program.name), self._process.pid, command)
        self._port = port

    async def _until_serving(self) -> None:
        process, loop = self._started(), asyncio.get_running_loop()
        deadline, refusal = loop.time() + self._policy.ready_seconds, None
        while loop.time() < deadline:
            if process.returncode is not None:
                raise _Died(str(self._error(f"ended at its start ({_how(process.returncode)})")))
            try:
                if await self.program.serves(self._port, process.pid):
                    self._serving = process.pid
                    return
            except CredentialsRefused as error:
                deadline = deadline if refusal else loop.time() + REFUSAL_SECONDS
                refusal = error
            await asyncio.sleep(POLL_SECONDS)
        self.kill()
        raise refusal or self._error(f"does not answer after {self._policy.ready_seconds:g} s")

    async def _supervise(self) -> None:
        try:
            while await self._started().wait() is not None and self._may_return():
                await self._restart()
        except EmbeddedError as error:
            self.failure = error
            if self.on_failure is not None:
                self.on_failure(error)

    def _may_return(self) -> bool:
        """Raises when it has died too often: what kills it is then still there, and more starts only hide it."""
        self._serving = None
        how, now = _how(self._started().returncode), asyncio.get_running_loop().time()
        self._deaths.append(now)
        if not self._policy.auto_restart:
            self._on_event(f"The bundled {self.program.title} ended ({how}).")
            return False
        if self._recent_deaths() > self._policy.deaths_allowed:
            raise self._error(f"ended {self._recent_deaths()} times within {self._policy.window_seconds:g} s ({how})")
        self._on_event(f"The bundled {self.program.title} ended ({how}) and is started again.")
        return True

    def _recent_deaths(self) -> int:
        since = asyncio.get_running_loop().time() - self._policy.window_seconds
        return sum(death >= since for death in self._deaths)

    async def _restart(self) -> None:
        """At once after a single death, since clients wait at most some seconds; then ever slower."""
        await asyncio.sleep(0.25 * (self._recent_deaths() - 1))
        began = asyncio.get_running_loop().time()
        await self._launch(self._port)
        try:
            await self._until_serving()
        except _Died:
            return
        seconds = asyncio.get_running_loop().time() - began
        self._on_event(f"The bundled {self.program.title} serves again on {HOST}:{self._port} after {seconds:.1f} s.")

    async def _end(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            if self._serving == process.pid:
                await self._ask_to_end(process)
            else:
                self.kill()  # it would lose a SIGTERM, and has acknowledged nothing yet
            await process.wait()
        forget(self._data.note(self.program.name))

    async def _ask_to_end(self, process: asyncio.subprocess.Process) -> None:
        """The database ends 2 s after SIGTERM, or at its next client: hence the knocks.

        A client it takes in at the very moment of the signal makes it lose the signal, which then has to be repeated.
        """
        ended = asyncio.create_task(process.wait())
        deadline = asyncio.get_running_loop().time() + self._policy.grace_seconds
        knocks = 0
        while not ended.done() and asyncio.get_running_loop().time() < deadline:
            if knocks % KNOCKS_PER_SIGNAL == 0:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
            await asyncio.wait({ended}, timeout=KNOCK_EVERY_SECONDS)
            knocks = knocks + 1 if await knock(self._port) else 1
        if not ended.done():
            self._on_event(f"The bundled {self.program.title} did not end when asked to and is killed.")
            self.kill()
        await ended

    def _started(self) -> asyncio.subprocess.Process:
        if self._process is None:
            raise RuntimeError(f"The {self.program.title} has not been started.")
        return self._process

    def _error(self, what: str) -> EmbeddedError:
        return EmbeddedError(
            f"The bundled {self.program.title} {what}. Its log {self._log.path} ends with:\n{self._log.tail()}"
        )


async def _spawn(command: list[str], folder: Path, sink: BinaryIO) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            cwd=folder,
            # Nothing of ours, which holds API keys; its own HOME, so that it does not meet a configuration of the user.
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(folder)},
            start_new_session=True,  # the terminal's Ctrl-C is for us, who then stop it in order
        )
    except OSError as error:
        raise EmbeddedError(f"{command[0]} could not be started: {error.strerror or error}.") from error


def _how(code: int | None) -> str:
    return f"killed by {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"

"""The folder under which the bundled servers live: one supervisor at a time, readable by its owner only."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from elenchus.core.clock import now
from elenchus.embedded.errors import DataDirInUse, EmbeddedError

MIN_FREE_BYTES = 100_000_000  # a new database takes 11 MB at once and 10 MB more per log segment
LOG_LIMIT_BYTES = 5_000_000  # past it, the next start of a server moves its log aside, over the one before
TAIL_BYTES = 2_000


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """What the system refuses here is a fault of the folder that was given, and told so."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be used as DATA_DIR: {error.strerror or error}. "
            "Set DATA_DIR to a folder on a local disk that you may write to and that has room."
        ) from error


@dataclass(frozen=True, slots=True)
class Credentials:
    """Made at the first start. Loopback is open to every user of the machine, so both servers ask for a password."""

    database: str = field(repr=False)
    valkey: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataDir:
    root: Path

    @classmethod
    def at(cls, path: Path) -> "DataDir":
        """Make it and what is needed in it, or say why not."""
        data = cls(path.expanduser().resolve())
        with explained(data.root):
            for folder in (
                data.root,
                data.files("database"),
                data.files("valkey"),
                data.root / "logs",
                data.root / "run",
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            data._refuse_full_disk()
        return data

    def files(self, name: str) -> Path:
        return self.root / name

    def note(self, name: str) -> Path:
        return self.root / "run" / f"{name}.json"

    @property
    def credentials_file(self) -> Path:
        return self.root / "credentials.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The kernel drops this lock with our process, however it ends; the file stays, its content is for people."""
        with self._lock_file() as file:
            json.dump({"pid": os.getpid(), "started": now().isoformat(timespec="seconds")}, file)
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)

    def credentials(self) -> Credentials:
        if not self.credentials_file.exists():
            made = Credentials(secrets.token_urlsafe(24), secrets.token_urlsafe(24))
            self.write_private(self.credentials_file, json.dumps(asdict(made)))
        try:
            return Credentials(**json.loads(self.credentials_file.read_text()))
        except (ValueError, TypeError) as error:
            raise EmbeddedError(f"{self.credentials_file} is damaged. Restore it from your backup.") from error

    def write_private(self, path: Path, text: str) -> None:
        """Whole or not at all, and never readable by others."""
        with explained(self.root):
            handle, temporary = tempfile.mkstemp(dir=path.parent)
            with os.fdopen(handle, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)

    def _lock_file(self) -> TextIO:
        path = self.root / "elenchus.lock"
        with explained(self.root):
            file = path.open("a+")  # not "w": until the lock is ours, the content is another's
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                raise DataDirInUse(self.root, *_holder(path)) from None
            file.truncate(0)
            return file

    def _refuse_full_disk(self) -> None:
        free = shutil.disk_usage(self.root).free
        if free < MIN_FREE_BYTES:
            raise EmbeddedError(
                f"The disk of {self.root} has {free // 1_000_000} MB left, {MIN_FREE_BYTES // 1_000_000} are needed. "
                "Make room, or set DATA_DIR to a folder on another disk."
            )


@dataclass(slots=True)
class Log:
    """Where a server's output goes. `tail` is what its latest start wrote."""

    path: Path
    _start: int = 0

    def begin(self) -> None:
        if self.path.exists() and self.path.stat().st_size > LOG_LIMIT_BYTES:
            self.path.replace(self.path.with_suffix(".log.1"))
        self._start = self.path.stat().st_size if self.path.exists() else 0

    def tail(self) -> str:
        if not self.path.exists():
            return ""
        with self.path.open("rb") as file:
            file.seek(max(self._start, self.path.stat().st_size - TAIL_BYTES))
            return file.read().decode(errors="replace").strip()


def _holder(lock: Path) -> tuple[int | None, str | None]:
    """Nothing known in the instant between its lock and its writing."""
    try:
        row = json.loads(lock.read_text())
        return int(row["pid"]), str(row["started"])
    except (OSError, ValueError, KeyError):
        return None, None

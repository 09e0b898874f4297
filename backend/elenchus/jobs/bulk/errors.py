"""Refusals."""

from elenchus.core.errors import Conflict, Invalid


class NotAsExpected(Conflict):
    title = "Another number of jobs matches"

    def __init__(self, expected: int, matched: int, *, is_capped: bool) -> None:
        found = f"At least {matched} jobs match" if is_capped else f"{matched} jobs match"
        super().__init__(
            f"{found}, not {expected}. Look again with `dry_run`.",
            expected=expected, matched=matched, is_capped=is_capped,
        )  # fmt: skip


class TooWide(Invalid):
    def __init__(self) -> None:
        detail = "Say which jobs, or how many you expect all of them to be."
        super().__init__(detail, errors=[{"loc": ["body", "expected"], "msg": detail, "type": "missing"}])

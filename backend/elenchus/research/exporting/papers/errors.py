"""What a paper is refused for."""

from elenchus.core.errors import Invalid, TooLarge


class PaperTooLarge(TooLarge):
    title = "The file would be too large"

    def __init__(self, what: str, number: int, limit: int) -> None:
        detail = f"It would have {number:,} {what}; at most {limit:,} are possible. Export less, or in parts."
        super().__init__(detail, what=what, number=number, limit=limit)


class RowTooLong(Invalid):
    title = "A row is longer than its table"

    def __init__(self, table: str, row: int, cells: int, columns: int) -> None:
        super().__init__(f"Row {row} of “{table}” has {cells} cells; the table has {columns} columns.")


class NoEvents(Invalid):
    title = "A calendar needs a date"

    def __init__(self) -> None:
        super().__init__("There are no events, and a calendar file without any is none. Choose another format.")

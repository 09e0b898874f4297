"""E-mail addresses: how one is written, and when two are the same."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

EMAIL_CHARACTERS = 254  # RFC 5321's longest path, less its brackets
ENCODED_WORD = "=?"  # would be decoded in a mail's header (`core.mail`)


def normalized(text: str) -> str:
    """The address with its domain in lower case. Nothing is looked up; `.test` is let through, as nobody owns it."""
    if ENCODED_WORD in text:
        raise ValueError("No mail can be sent to an address with `=?` in it.")
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error


def email_key(text: str) -> str:
    """The same for every spelling of one address; text that is no address has a key that no account has.

    Only the name's case is folded: it would make one domain of faß.example and fass.example, which are two owners'.
    """
    try:
        name, _, domain = normalized(text[:EMAIL_CHARACTERS].strip()).rpartition("@")
        return f"{name.casefold()}@{domain.lower()}"
    except ValueError:
        return unicodedata.normalize("NFC", text).casefold()

"""How identity refuses."""

from typing import ClassVar

from elenchus.core.errors import Conflict, Forbidden, Invalid, Locked, NotFound, Unauthenticated


class EmailTaken(Conflict):
    slug, title = "email-taken", "This e-mail address has an account"

    def __init__(self) -> None:
        super().__init__("Sign in with it, or register another address.")


class WeakPassword(Invalid):
    slug, title = "weak-password", "The password is too easy to guess"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, errors=[{"loc": ["body", "password"], "msg": reason, "type": "weak_password"}])


class WrongCredentials(Unauthenticated):
    """The same for an unknown address and a wrong password."""

    slug, title = "wrong-credentials", "The e-mail address or the password is wrong"

    def __init__(self) -> None:
        super().__init__("Check both and try again.")


class WrongCurrentPassword(Invalid):
    """Not 401: the session is good, and a client must not throw its tokens away for a typing error."""

    slug, title = "wrong-current-password", "The current password is wrong"

    def __init__(self) -> None:
        detail = "Check it and try again; too many wrong ones lock the account."
        where = ["body", "current_password"]
        super().__init__(detail, errors=[{"loc": where, "msg": detail, "type": "wrong_password"}])


class InvalidToken(Unauthenticated):
    """One answer for forged, expired, replayed and revoked: the holder is told nothing that helps to forge."""

    slug, title = "invalid-token", "The token is not valid"
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_token"'}

    def __init__(self) -> None:
        super().__init__("It is expired, revoked or not ours; sign in again.")


class AccountLocked(Locked):
    slug = "account-locked"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many wrong passwords; wait before you try again.", retry_after_seconds=seconds)


class AccountSuspended(Forbidden):
    slug, title = "account-suspended", "The account is suspended"

    def __init__(self) -> None:
        super().__init__("Ask an administrator to activate it again.")


class SessionNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("You have no such session; it may have ended already.")

"""How recovery refuses."""

from elenchus.core.errors import Conflict, Invalid


def _about(field: str, msg: str, type_: str) -> list[dict[str, object]]:
    return [{"loc": ["body", field], "msg": msg, "type": type_}]


class InvalidOneTimeToken(Invalid):
    """One answer for every reason, so that nothing is told about an account to whoever tries tokens."""

    slug, title = "invalid-one-time-token", "The link does not work"

    def __init__(self) -> None:
        detail = "It was used, has expired or is not for this account; ask for a new one."
        super().__init__(detail, errors=_about("token", detail, "one_time_token"))


class WeakNewPassword(Invalid):
    slug, title = "weak-password", "The password is too easy to guess"

    def __init__(self, reason: str) -> None:
        super().__init__(reason, errors=_about("new_password", reason, "weak_password"))


class SamePassword(Invalid):
    slug, title = "same-password", "This is the password you have"

    def __init__(self) -> None:
        detail = "Choose another than the current one."
        super().__init__(detail, errors=_about("new_password", detail, "same_password"))


class NoPassword(Conflict):
    slug, title = "no-password", "The account has no password"

    def __init__(self) -> None:
        super().__init__("It signs in with Google. Ask for a mail with POST /api/v1/auth/password/forgot to set one.")

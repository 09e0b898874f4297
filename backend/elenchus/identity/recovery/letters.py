"""What the mails say.

Nothing that somebody typed stands in them, names least of all: registering a stranger's address would otherwise send
them any text under this deployment's name. Links are built from the settings, never from a request's Host.
"""

from datetime import datetime

from elenchus.core.mail import Mail
from elenchus.core.settings import settings
from elenchus.identity.models import User

_MINUTE, _HOUR = 60, 3600


def reset(user: User, token: str, *, valid_seconds: int, key: str) -> Mail:
    text = f"""Somebody, probably you, asked for a new password for your account at {settings().server.base_url}.

Open this page within {_span(valid_seconds)} to choose one:

{settings().server.base_url}/reset-password?token={token}

If you are asked for the code, it is:

{token}

If it was not you, ignore this mail; your password stays as it is.
"""
    return Mail(user.email, "Choose a new password", text, key)


def verification(user: User, token: str, *, valid_seconds: int, key: str) -> Mail:
    text = f"""An account at {settings().server.base_url} was registered with this address.

Open this page within {_span(valid_seconds)} to confirm that it is yours:

{settings().server.base_url}/verify-email?token={token}

If you are asked for the code, it is:

{token}

If you know nothing of it, ignore this mail; the address stays unconfirmed.
"""
    return Mail(user.email, "Confirm your e-mail address", text, key)


def password_changed(user: User, at: datetime, *, key: str) -> Mail:
    text = f"""The password of your account at {settings().server.base_url} was changed on {at:%d %B %Y at %H:%M} UTC.

If it was you, there is nothing to do. If not, ask for a new password there at once and tell your administrator.
"""
    return Mail(user.email, "Your password was changed", text, key)


def _span(seconds: int) -> str:
    for size, name in ((_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return f"{seconds} seconds"

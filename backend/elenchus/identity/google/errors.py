"""How signing in with Google refuses."""

from elenchus.core.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unavailable


class GoogleSignInOff(NotFound):
    slug, title = "google-sign-in-off", "Signing in with Google is not set up here"

    def __init__(self, what: str) -> None:
        super().__init__(f"Sign in with your password. Whoever runs this deployment can set it up: {what}")


class GoogleAway(Unavailable):
    def __init__(self) -> None:
        super().__init__("Google does not answer as it should. Try again shortly.", service="google")


class SignInNotBegun(Unauthenticated):
    """One answer for an unknown, used and expired state and for one of another browser."""

    slug, title = "sign-in-not-begun", "This sign-in was not begun here, or too long ago"

    def __init__(self) -> None:
        super().__init__("Begin again at GET /api/v1/auth/google/login, in this browser.")


class GoogleRefused(Unauthenticated):
    """The person or the provider said no, or what it sent is not what we may believe."""

    slug, title = "google-refused", "Google did not confirm who you are"

    def __init__(self) -> None:
        super().__init__("Begin again at GET /api/v1/auth/google/login.")


class EmailNotVerifiedThere(Forbidden):
    slug, title = "google-email-not-verified", "Google has not verified your e-mail address"

    def __init__(self) -> None:
        super().__init__("Verify it with Google first, or register with a password.")


class VerifyEmailFirst(Conflict):
    """Whoever registered the address here may be somebody else, waiting for its owner to come by Google."""

    slug, title = "verify-email-first", "The account's e-mail address is not verified here"

    def __init__(self) -> None:
        super().__init__("Sign in with the password and verify the address first; after that Google signs you in.")


class LinkedElsewhere(Conflict):
    slug, title = "google-linked-elsewhere", "The account belongs to another Google account"

    def __init__(self) -> None:
        super().__init__("Sign in with that one, or with the password.")


class AccountDeleted(Forbidden):
    slug, title = "account-deleted", "There is no account for you to sign in to"

    def __init__(self) -> None:
        super().__init__("Ask whoever runs this deployment.")

"""How keys refuse."""

from elenchus.core.errors import Conflict, Forbidden, NotFound
from elenchus.core.ids import Id
from elenchus.identity.errors import InvalidToken


class InvalidApiKey(InvalidToken):
    """One answer for unknown, wrong, expired and revoked, and for a key whose maker lost the right to act."""

    slug, title = "invalid-api-key", "The API key is not valid"

    def __init__(self) -> None:
        super(InvalidToken, self).__init__("It is expired, revoked or not ours; ask an administrator for another.")


class ApiKeyNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("Your tenant has no such API key, or it is revoked already.")


class ApiKeyRevoked(Conflict):
    slug, title = "api-key-revoked", "The API key is revoked"

    def __init__(self, key_id: Id) -> None:
        super().__init__("It stays dead; make a new one.", api_key_id=str(key_id))


class ApiKeyEnded(Conflict):
    """A new secret of it would open nothing."""

    slug, title = "api-key-ended", "The API key has ended"

    def __init__(self, key_id: Id) -> None:
        super().__init__(
            "It has expired, or is from before you last joined this tenant; make a new one.", api_key_id=str(key_id)
        )


class TooManyApiKeys(Conflict):
    slug, title = "too-many-api-keys", "The tenant has as many API keys as it may have"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} are the most; revoke one that is no longer needed.", limit=most)


class AlreadyRotated(Conflict):
    """Else two who rotate at once would each hold a new secret, and one of the two would be dead already."""

    slug, title = "already-rotated", "The API key was rotated just now"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "Use the secret that this gave, or rotate again after a few seconds.", retry_after_seconds=seconds
        )


class NotYourApiKey(Forbidden):
    slug, title = "not-your-api-key", "Somebody else made this API key"

    def __init__(self) -> None:
        super().__init__("It acts as its maker, who alone may have a new secret; revoke it and make your own.")

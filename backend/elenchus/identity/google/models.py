"""The nouns of signing in with Google."""

from datetime import datetime
from typing import ClassVar

from beanie import Document

from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id


class GoogleState(Document):
    """A sign-in that began here and has not come back. Nobody is signed in yet, so it is no tenant's.

    `id` is derived from the state in the provider's address; `browser_digest` is of the cookie that the same browser
    must show; `sealed` holds the nonce and the PKCE verifier.
    """

    id: Id
    browser_digest: str
    sealed: bytes
    expires_at: datetime

    class Settings:
        name = "google_states"
        indexes: ClassVar = [EXPIRY]


MODELS: tuple[type[Document], ...] = (GoogleState,)

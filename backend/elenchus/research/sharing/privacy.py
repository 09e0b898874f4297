"""Links to people's conversations: exported without what would open them, and erased."""

from elenchus.identity.people.plain import plain_part
from elenchus.research.sharing.models import ShareLink

PART = plain_part(
    "share_links",
    ShareLink,
    made_by="user_id",
    shown=("conversation_id", "message_count", "created_at", "expires_at"),
)

"""A link by which anybody who has it reads one conversation, up to what was said when the link was made."""

from datetime import datetime
from typing import ClassVar

from elenchus.core.expiry import EXPIRY
from elenchus.core.ids import Id, derived_id
from elenchus.core.mongo import TenantOwned


class ShareLink(TenantOwned):
    """The one of its conversation. Its id is a part of the link; of the rest only a digest is kept."""

    listed_by_tenant: ClassVar[bool] = False

    id: Id
    user_id: Id
    conversation_id: Id
    digest: str
    #: Messages said later are not shown: whoever shares has seen what they share.
    message_count: int
    created_at: datetime
    expires_at: datetime

    class Settings:
        name = "share_links"
        indexes: ClassVar = [EXPIRY]


def id_of(conversation_id: Id) -> Id:
    """The same for each link of a conversation, so that a new one takes the former's place in one write."""
    return derived_id("share", conversation_id)


MODELS = (ShareLink,)

"""What is done to a person concerns every tenant they are in, wherever it was done."""

from elenchus.audit import service as audit
from elenchus.audit.schemas import Action
from elenchus.core.principal import Principal
from elenchus.identity.models import User


async def record(actor: Principal, action: Action, user: User) -> None:
    """On the actor's chain, and on those of the person's tenants as they are in `user`."""
    concerned = {actor.tenant_id, *(held.tenant_id for held in user.memberships)}
    await audit.record_in(concerned, actor, action, "user", user.id)

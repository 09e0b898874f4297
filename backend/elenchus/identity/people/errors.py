"""How people refuses."""

from elenchus.core.errors import Conflict, NotFound


class PersonNotFound(NotFound):
    """The same for nobody, for somebody deleted and for somebody who is not the caller's to see."""

    def __init__(self) -> None:
        super().__init__("There is no such user.")


class LastSuperuser(Conflict):
    slug, title = "last-superuser", "Nobody else could let you in again"

    def __init__(self) -> None:
        super().__init__("You are the last active superuser. Make somebody else one first: elenchus admin superuser.")


class PeopleBusy(Conflict):
    slug, title = "people-busy", "Others are changing this user at this moment"

    def __init__(self) -> None:
        super().__init__("Look again, then repeat the change if it is still needed.")


class NameDiffers(Conflict):
    slug, title = "name-differs", "The name is not this tenant's"

    def __init__(self) -> None:
        super().__init__("To delete the tenant with all it holds, send exactly its name.")


class NotDeleted(Conflict):
    slug, title = "not-deleted", "There is nothing to restore"

    def __init__(self) -> None:
        super().__init__("It is not deleted, or its erasure has begun.")


class NobodyToReturn(Conflict):
    slug, title = "nobody-to-return", "Nobody would be in it"

    def __init__(self) -> None:
        super().__init__("It is not deleted, or its members are too: restore one of them first.")


class TenantMissing(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such tenant.")

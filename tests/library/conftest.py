"""Ways to change the world under a library test."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from elenchus.core.principal import Principal, Role
from elenchus.core.settings import Settings, settings, use
from elenchus.identity import principals
from elenchus.identity import store as people
from elenchus.identity.models import Membership
from elenchus.library.reading import programs
from tests.support import Firm

USUAL_FOLDERS = programs.DATA_FOLDERS


@pytest.fixture
def limits(settings_: Settings) -> Iterator[Callable[..., None]]:
    """Other limits of the library until the test ends."""
    before = settings()

    def change(**values: object) -> None:
        library = settings().library.model_copy(update=values)
        use(settings().model_copy(update={"library": library}))

    yield change
    use(before)


@pytest.fixture(autouse=True)
def _no_recognition(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan ends the same wherever the tests run."""
    monkeypatch.setattr(programs, "DATA_FOLDERS", ("/nowhere/tessdata",))


@pytest.fixture
def with_recognition(_no_recognition: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Tesseract's data where the system has it."""
    monkeypatch.setattr(programs, "DATA_FOLDERS", USUAL_FOLDERS)
    if programs.recognition(settings().library.tessdata_folder) is None:
        pytest.skip("Tesseract's language data is not installed here (make readers)")


@pytest.fixture
def demoted() -> Callable[[Firm, Role], Awaitable[Principal]]:
    """The same person with another role, everywhere at once."""

    async def demote(firm: Firm, role: Role) -> Principal:
        membership = Membership(tenant_id=firm.principal.tenant_id, tenant_name="x", role=role)
        await people.change_user(firm.principal.user_id, {"memberships": [membership.model_dump()]})
        principals.forget_user(firm.principal.user_id)
        return Principal(firm.principal.tenant_id, firm.principal.user_id, role)

    return demote


@pytest.fixture(autouse=True)
def _reading(request: pytest.FixtureRequest) -> None:
    """Tests that upload need a worker beside them, or the next ones wait for what these left in the queue."""
    if "firm" in request.fixturenames:
        request.getfixturevalue("worker")

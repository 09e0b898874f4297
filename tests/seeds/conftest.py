from pathlib import Path

import pytest

from elenchus.seeds import render


@pytest.fixture(scope="session")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All samples, printed once for the whole run."""
    return {path.stem: path for path in render.render_all(tmp_path_factory.mktemp("samples"))}

"""Requests made up from the API document itself, good ones and bad ones, at every operation."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

#: The rooms whose operations are tried together, so that a machine can try several at once; the last has all others.
RESEARCH, LIBRARY = "^/api/v1/(chat|openai|workflows)(/|$)", "^/api/v1/(documents|jobs)(/|$)"
PARTS = {
    "research": ["--include-path-regex", RESEARCH],
    "library": ["--include-path-regex", LIBRARY],
    "others": ["--exclude-path-regex", f"{RESEARCH}|{LIBRARY}"],
}
#: They end the session that all the other requests are made with.
ENDING = ("logout", "logout_all", "end_session")
#: It never ends.
ENDLESS = ("follow_jobs",)
CONFIGURATION = """
# No schema can say what else makes a request good: that a cursor came from an answer, that a password is strong.
checks.positive_data_acceptance.enabled = false

[[operations]]
# Its last part could also be the id of a document, and is refused as one that is none.
include-path = "/api/v1/documents/search"
checks.unsupported_method.enabled = false

[[operations]]
include-path = "/api/v1/documents/verify-quotes"
checks.unsupported_method.enabled = false
"""


@pytest.mark.parametrize("part", PARTS)
async def test_every_operation_keeps_its_word(part: str, live: str, firm, tmp_path: Path):
    """All of Schemathesis' checks but one: no fault of ours, and no answer that the document does not describe."""
    owner = await firm()
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{live}/api/v1/openapi.json",
        "--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1",
        "--continue-on-failure", "--no-color",
        *PARTS[part], "--header", f"Authorization: Bearer {owner.access_token}",
        *(word for name in (*ENDING, *ENDLESS) for word in ("--exclude-operation-id", name)),
    ]  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *command, cwd=tmp_path, env=os.environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()[-20_000:]
    assert b" generated" in told

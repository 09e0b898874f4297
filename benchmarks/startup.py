"""Start-up and size: import of the app, a cold and a warm start until ready, memory of each process."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.harness import elenchus, p50, report, resident_megabytes, verdict

IMPORTED = """
import time; began = time.perf_counter()
import elenchus.main
took = time.perf_counter() - began
import sys
heavy = {"pymupdf", "langchain_core", "langfuse", "numpy"} & set(sys.modules)
assert not heavy, heavy
print(took)
"""


def import_seconds() -> float:
    command = [sys.executable, "-c", IMPORTED]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


async def main() -> None:
    verdict("import of the app, s", p50([import_seconds() for _ in range(5)]), at_most=1.0)
    with tempfile.TemporaryDirectory(prefix="elenchus-bench-") as folder:
        report("cold start until ready, s", value=await start_seconds(Path(folder)))
        warm = [await start_seconds(Path(folder)) for _ in range(3)]
        verdict("warm start until ready, s", p50(warm), at_most=5.0)
        async with elenchus(Path(folder)) as started:
            verdict("API after start, MB", resident_megabytes(started.api.pid), at_most=120)
            verdict("worker after start, MB", resident_megabytes(started.worker.pid), at_most=150)


async def start_seconds(data_dir: Path) -> float:
    """What `make run` waits for, the interpreter's own start excluded."""
    began = time.perf_counter()
    async with elenchus(data_dir):
        return time.perf_counter() - began


if __name__ == "__main__":
    asyncio.run(main())

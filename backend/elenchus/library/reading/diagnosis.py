"""Why a child died, when it could not say so itself."""

import re
import signal
from typing import Final

OUT_OF_MEMORY: Final = re.compile(rb"MemoryError|bad_alloc|malloc|out of memory|cannot allocate", re.IGNORECASE)


def reason_of_death(exit_code: int | None, complaints: bytes) -> str:
    """A key of `outcomes.REFUSALS`. A crash is the file's fault: nothing but the file differs between children."""
    if exit_code == -signal.SIGXCPU:
        return "time"
    if exit_code == -signal.SIGKILL or OUT_OF_MEMORY.search(complaints):  # the kernel's last word on memory is KILL
        return "memory"
    return "damaged"

"""What the child gives up before it touches a file. Best effort: each guard that holds is reported by its name.

`seal` runs first and takes the network, other processes and privileges; `confine` takes memory, processor time and
the file system but for the one document. Linux has all of it, other systems less.
"""

import ctypes
import math
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from elenchus.library.reading.child import landlock
from elenchus.library.reading.values import ReadingLimits

OPEN_FILES: Final = 32  # three pipes, the document, and room for the interpreter
CPU_GRACE_SECONDS: Final = 2  # with equal limits the kernel sends KILL, which would look like a lack of memory

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x1000_0000, 0x4000_0000
CAPABILITY_VERSION = 0x2008_0522


def seal() -> list[str]:
    """Needs a process with one thread. Afterwards it has no network, no privileges and cannot start programs."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a forbidden write is an error, not a death
    guards = _limited(("core", resource.RLIMIT_CORE, 0), ("files", resource.RLIMIT_NOFILE, OPEN_FILES))
    guards += _limited(("writing", resource.RLIMIT_FSIZE, 0), ("processes", resource.RLIMIT_NPROC, 0))
    if sys.platform != "linux":
        return guards
    steps = {
        "network": _leave_network,
        "capabilities": _drop_capabilities,
        "privileges": _refuse_privileges,
        "orphans": _die_with_parent,  # last: a change of credentials takes it back
    }
    return guards + [name for name, step in steps.items() if step()]


def confine(document: Path, limits: ReadingLimits, programs: Sequence[Path] = (), *, cpu_reserve: int = 0) -> list[str]:
    """After this no other file can be opened, but those below `programs`: everything that is needed has to be imported
    before. `cpu_reserve` is what `lent_cpu` may give."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = int(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    guards = _limited(("memory", resource.RLIMIT_AS, limits.memory_bytes))
    if _limit(resource.RLIMIT_CPU, cpu_seconds, grace=CPU_GRACE_SECONDS + cpu_reserve):
        guards.append("processor")
    return guards + (["documents"] if sys.platform == "linux" and landlock.allow_only(document, programs) else [])


@contextmanager
def lent_cpu(seconds: int) -> Iterator[None]:
    """More processor time for one piece of work, from the reserve; what was not used of it is given back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    used = time.process_time()
    if soft != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_CPU, (_at_most(soft + seconds, hard), hard))
    try:
        yield
    finally:
        if soft != resource.RLIM_INFINITY:
            spent = math.ceil(time.process_time() - used)
            resource.setrlimit(resource.RLIMIT_CPU, (_at_most(soft + spent, hard), hard))


def _at_most(soft: int, hard: int) -> int:
    """Below the hard limit, past which the kernel would send KILL at once."""
    return soft if hard == resource.RLIM_INFINITY else max(0, min(soft, hard - CPU_GRACE_SECONDS))


def _limited(*limits: tuple[str, int, int]) -> list[str]:
    return [name for name, kind, most in limits if _limit(kind, most)]


def _limit(kind: int, most: int, *, grace: int = 0) -> bool:
    """A limit that is lower already stays: raising one takes privileges."""
    _, hard = resource.getrlimit(kind)
    ceiling = most + grace if hard == resource.RLIM_INFINITY else min(most + grace, hard)
    try:
        resource.setrlimit(kind, (min(most, ceiling), ceiling))
    except (ValueError, OSError):  # macOS knows RLIMIT_AS but refuses to set it
        return False
    return True


def _leave_network() -> bool:
    """Into a network namespace with nothing in it; without privileges through a user namespace."""
    return _succeeds("unshare", CLONE_NEWNET) or _succeeds("unshare", CLONE_NEWUSER | CLONE_NEWNET)


def _drop_capabilities() -> bool:
    """Root, or the root of a user namespace, becomes an ordinary process."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    return _succeeds("capset", ctypes.byref(header), ctypes.byref(nothing))


def _refuse_privileges() -> bool:
    return _prctl(PR_SET_NO_NEW_PRIVS, 1)


def _die_with_parent() -> bool:
    """A killed worker leaves no child behind, however busy."""
    return _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> bool:
    return _succeeds("prctl", option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def _succeeds(function: str, *arguments: object) -> bool:
    """A C function that answers 0 on success; one that this C library lacks has failed."""
    call: Callable[..., int] | None = getattr(ctypes.CDLL(None, use_errno=True), function, None)
    return call is not None and call(*arguments) == 0

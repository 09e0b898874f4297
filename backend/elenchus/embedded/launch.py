"""Becomes the command it is given, bound to die with the process that started it.

Run by path in the child, as `python -I -S launch.py <parent pid> <command...>`, for about 20 ms. The usual way, a
`preexec_fn`, runs Python between fork and exec, where a lock held by any other thread of ours would never be released.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; survives exec, and fires also when the parent was killed with SIGKILL


def die_with(parent: int) -> None:
    """Linux only; elsewhere the next start finds and ends what was left (see `leftovers`)."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:
        sys.exit("the starting process died before its server began")


if __name__ == "__main__":
    die_with(int(sys.argv[1]))
    try:
        os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - a shell between would take the signals meant for it
    except OSError as error:
        sys.exit(f"{sys.argv[2]}: {error.strerror}")

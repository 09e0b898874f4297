"""Linux's Landlock (5.13 and later): this process may open one file and nothing else, for good."""

import ctypes
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3

# Rights known since each version of Landlock: a kernel refuses those that it does not know.
FILE_RIGHTS: Final = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
NETWORK_RIGHTS: Final = {4: 0b11}  # binding and connecting TCP
SCOPES: Final = {6: 0b11}  # abstract sockets and signals to processes outside

_libc = ctypes.CDLL(None, use_errno=True)


def allow_only(document: Path, programs: Sequence[Path] = ()) -> bool:
    """Below `programs`, files may be read and run too. False where the system has no Landlock. Needs "no new
    privileges"; needs no privilege itself."""
    version = _syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    if version < 1:
        return False
    rights = struct.pack("=QQQ", *(_known(table, version) for table in (FILE_RIGHTS, NETWORK_RIGHTS, SCOPES)))
    ruleset = _syscall(CREATE_RULESET, rights, len(rights), 0)
    if ruleset < 0:
        return False
    try:
        allowed = _allow(ruleset, document, READ_FILE) and all(_allow_programs(ruleset, path) for path in programs)
        return allowed and _syscall(RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow_programs(ruleset: int, path: Path) -> bool:
    rights = EXECUTE | READ_FILE | (READ_DIR if path.is_dir() else 0)
    return _allow(ruleset, path, rights)


def _allow(ruleset: int, path: Path, rights: int) -> bool:
    file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights, file)
        return _syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0) == 0
    finally:
        os.close(file)


def _known(table: dict[int, int], version: int) -> int:
    return sum(rights for since, rights in table.items() if since <= version)


def _syscall(number: int, *arguments: object) -> int:
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *words))

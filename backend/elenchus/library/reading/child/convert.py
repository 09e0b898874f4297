"""Another program on a hostile file: seals and confines this process, then becomes the program. Its output is text.

Runs as `python -m elenchus.library.reading.child.convert PROGRAM DOCUMENT MEMORY_BYTES CPU_SECONDS`.
"""

import os
import sys
from pathlib import Path
from typing import Final

from elenchus.library.reading.child import jail
from elenchus.library.reading.values import ReadingLimits

SYSTEM: Final = tuple(map(Path, ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ld.so.preload")))


def main() -> None:
    program, document = Path(sys.argv[1]), Path(sys.argv[2])
    limits = ReadingLimits(memory_bytes=int(sys.argv[3]), cpu_seconds=int(sys.argv[4]))
    tables = program.parent.parent / "share" / "antiword"
    jail.seal()
    jail.confine(document, limits, [path for path in (*SYSTEM, program, tables) if path.exists()])
    # one paragraph a line (-w 0); what was deleted or hidden is left out, as it is unless asked for
    arguments = [str(program), "-m", "UTF-8.txt", "-w", "0", str(document)]
    os.execve(program, arguments, {"LC_ALL": "C", "HOME": "/", "ANTIWORDHOME": str(tables)})  # noqa: S606


if __name__ == "__main__":
    main()

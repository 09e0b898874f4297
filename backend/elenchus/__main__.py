"""`python -m elenchus` is `elenchus`."""

from elenchus.cli import main

main()

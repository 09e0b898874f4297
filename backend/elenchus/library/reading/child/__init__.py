"""Everything that touches a hostile file. Runs as `python -m elenchus.library.reading.child`, never in the API.

Nothing outside this package imports it; nothing else imports PyMuPDF (136 MB, not thread-safe, native code).
"""

"""From an uploaded file to pages and chunks. Files are hostile: they are opened only in a sealed child process.

`kinds.detect` names the content, `sandbox.Reader` turns it into pages, `chunking` cuts the pages into passages.
To support another format: recognise it in `kinds.py`, write its reader beside `child/pdf.py`, register it in
`child/readers.py`.
"""

"""What a workflow has found out, as a file: its words, tables, deadlines and the sources they stand on.

`schemas.Paper` is the one form from which every format is made; `service.write` is the door. Words are set by what sets
conversations. A workbook is made in the process that sets Word files and PDFs, so what it takes of memory goes with it;
a calendar and JSON are made here, in a thread.
"""

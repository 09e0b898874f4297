"""Two texts set beside each other, clause by clause: what is the same, changed, moved, added or removed, and in what.

`service.compare` is the door. The rest is pure and bounded: `clauses` cuts a text, `candidates` says cheaply which
clauses may belong together, `aligning` decides it, `joining` mends where the two were cut differently, `differences`
tells in what a pair differs, `kinds` of which kind that is. Layout is told apart by the rules for quotations
(`library.quoting`). Import these inside functions: they bring numpy.
"""

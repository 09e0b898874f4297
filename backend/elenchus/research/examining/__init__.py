"""An answer under cross-examination, by rules and not by another model.

`statements` reads the answer: its sentences, their marks, what they put in quotation marks (`quotations`).
`support` asks whether a passage says what a sentence says; `outside` finds what would reach out of the answer.
`examination` puts it together, and `service` is the only part that asks the library.
"""

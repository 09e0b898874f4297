"""What a document says, laid out: kind, parties, dates, terms, clauses, risks, answers, each with its place in it.

With a language model its sections are read one by one and merged; without one, rules find what has usual words. Either
way a statement stands on quotations that were looked for in the document, and says which of them were found.
"""

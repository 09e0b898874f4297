"""A record of a form that the caller draws as a JSON Schema, read out of a document, a text or passages.

With a language model its sections are read one by one and joined; without one, rules find the sentences that speak of
what is asked. Either way every object stands on quotations that were looked up, and what none of them says is told.
"""

"""Legal citations in a text: where they stand and what they name. Extraction, never verification.

That a citation is found means that something is *written* like one: whether the authority exists, is rightly described
or still good law is another question. `extraction.citations` is the one function; to teach it another way of citing,
add a `Form` to its jurisdiction's file in `forms/`, with the guide it comes from.
"""

"""Lexical search: words become terms, a document's terms become a segment, segments become an index, an index ranks.

Pure functions over plain values; nothing here knows the database. Import it inside functions: it brings numpy (~30 MB).
"""

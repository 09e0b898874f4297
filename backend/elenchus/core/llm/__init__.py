"""The one door to language models, and the built-in one that needs no key."""

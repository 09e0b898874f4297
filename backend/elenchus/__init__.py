"""Elenchus: legal research in which every quote and citation is cross-examined against its source."""

__version__ = "0.1.0"

"""Rows that this version cannot make sense of."""

"""Executions as whoever may see them watches them."""

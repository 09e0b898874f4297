"""Executions that begin by themselves, by the clock of a time zone."""

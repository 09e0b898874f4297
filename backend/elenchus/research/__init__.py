"""Conversations and answers that cite their sources."""

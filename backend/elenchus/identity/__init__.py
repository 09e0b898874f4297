"""Tenants, users and sessions."""

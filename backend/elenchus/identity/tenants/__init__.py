"""Tenants: their settings, members, invitations, limits and what they have used."""

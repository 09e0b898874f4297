"""Signing in with Google, or any OpenID Connect provider that verifies e-mail addresses."""

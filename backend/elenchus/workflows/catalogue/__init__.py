"""What can be run: the templates that everybody has, and a tenant's own."""

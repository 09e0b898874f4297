"""Which tenants the ledger has jobs of."""

"""The ledger searched: lists of jobs, by whatever is asked of them."""

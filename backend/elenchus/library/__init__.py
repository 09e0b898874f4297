"""Documents: what was uploaded, what it says, where it says it."""

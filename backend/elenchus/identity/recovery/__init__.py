"""What a mailed link can do: verify an address, set a new password."""

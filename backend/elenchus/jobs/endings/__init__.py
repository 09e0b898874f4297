"""What ends leave in a row."""

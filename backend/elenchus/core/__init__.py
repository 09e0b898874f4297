"""What every room stands on; it knows no law, no user and no room."""

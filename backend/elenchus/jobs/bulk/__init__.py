"""Many jobs at once: cancelled, or run again."""

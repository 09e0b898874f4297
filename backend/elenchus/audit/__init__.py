"""Who did what to which object, when and from where: append-only, and chained so that a change shows."""

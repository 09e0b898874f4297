"""An execution's course: which steps are done when, what each is given, what is kept of it."""

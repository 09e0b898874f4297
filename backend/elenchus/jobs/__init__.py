"""Background work that survives any crash: a task is a function, a job is one run of it."""

"""Claims and ends of several jobs by one command: a durable write costs the same for ten rows as for one."""

"""How the queues move, which workers live, and what became of the last day's jobs."""

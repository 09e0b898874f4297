"""Four original sample documents, their renderer to PDF, and questions whose answers are known."""

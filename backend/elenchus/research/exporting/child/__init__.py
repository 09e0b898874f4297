"""The process that sets Word files and PDFs."""

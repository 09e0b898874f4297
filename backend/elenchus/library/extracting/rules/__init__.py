"""Without a language model: what sentences give away by their words and by how days and figures are written."""

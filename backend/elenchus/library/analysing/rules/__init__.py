"""Without a language model: what usual words, headings and forms give away. It says that it is no more than that."""

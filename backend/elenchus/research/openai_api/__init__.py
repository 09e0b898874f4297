"""The wire shape of OpenAI over the same engine, for clients that were written for it."""

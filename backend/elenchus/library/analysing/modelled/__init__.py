"""By a language model: its sections one by one, then what they gave, merged. Its quotations are looked up."""

"""The library's searches put to MongoDB's own search servers (Atlas, or mongot beside a database of one's own)."""

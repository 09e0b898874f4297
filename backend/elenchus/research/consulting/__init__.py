"""One examined answer for another room, without a conversation."""

"""What a conversation is remembered by: its title, and a record of its beginning that grows as it goes on."""

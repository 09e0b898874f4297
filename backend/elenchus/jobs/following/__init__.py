"""Jobs as whoever began them watches them."""

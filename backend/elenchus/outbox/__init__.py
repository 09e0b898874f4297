"""What goes out to others, by e-mail or webhook: each message is a row with a unique key before it is a deed."""

"""The session of a person in the web interface: its refresh token is where no script can read it."""

"""All users, for whoever runs the deployment; a person's data as one file; erasure."""

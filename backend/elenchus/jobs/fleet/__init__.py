"""What the deployment has to run jobs with."""

"""What networks answer to inputs."""

"""Recordings on disk: read, checked, written and turned back into inputs."""

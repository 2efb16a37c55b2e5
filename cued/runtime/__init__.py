"""What keeps the daemon running: supervision, fences, belt wishes, signals, systemd."""

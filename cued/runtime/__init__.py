"""What keeps the daemon running: supervision, fences, belt requests, signals, systemd."""

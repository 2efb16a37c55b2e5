"""The daemon's runtime: supervision, fences, belt requests, signals, systemd."""

"""Gait facts in, decisions out: what to say, when, and why not. Knows nothing of devices."""

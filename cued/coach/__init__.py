"""Gait facts in, decisions out. Knows nothing of devices."""

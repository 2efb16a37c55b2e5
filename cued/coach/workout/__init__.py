"""A workout: its phases, what leads from one to the next, how much of it, and for whom."""

"""Sessions as the daemon records them: every input and every event."""

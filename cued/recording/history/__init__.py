"""History across sessions: what is kept of each runner, in SQLite."""

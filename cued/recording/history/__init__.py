"""History across sessions: what is known of each runner, in SQLite."""

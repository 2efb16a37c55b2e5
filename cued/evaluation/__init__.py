"""Scores of the engine's events against the truth. Pure: no engine, no file, no clock."""

"""The engine's events scored against what really happened. Pure: no engine, no file, no clock."""

"""The gait of the whole runner, from every sensor's findings."""

"""A simulated walker with known truth, and scripted runs. Shares no code with what it tests."""

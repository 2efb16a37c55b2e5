"""A walker with known truth, and the script of a run. Shares no code with what it tests."""

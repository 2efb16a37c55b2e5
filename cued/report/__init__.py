"""From finished recordings: reports and files for other software. Never in the live path."""

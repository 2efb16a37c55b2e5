"""The workout: its phases, their triggers, the dose, and the runner's profile."""

"""The whole runner: every sensor's findings become one account of the gait."""

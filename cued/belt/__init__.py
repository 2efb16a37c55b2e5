"""The belt's speed: combines the reports of all sources into one state."""

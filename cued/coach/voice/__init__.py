"""The coach's voice: chooses cues, wordings and their frequency, and judges the effect."""

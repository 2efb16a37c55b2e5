"""What a cue does to the runner: sound, vibration."""

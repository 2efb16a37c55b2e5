"""Channels that give cues to the runner: sound, vibration."""

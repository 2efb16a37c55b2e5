"""Cue rules: one file each."""

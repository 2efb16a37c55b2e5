"""Voices that turn a phrase into sound, one file each."""

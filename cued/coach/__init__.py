"""The coach: decides from gait events what to say and when. Knows nothing of devices."""

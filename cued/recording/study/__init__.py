"""A guided recording: its protocol, who conducts it, and what is kept of it."""

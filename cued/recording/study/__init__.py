"""A guided recording: its protocol, its conductor, and the data it gathers."""

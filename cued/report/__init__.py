"""Reports of finished sessions, and files for other software; not used live."""

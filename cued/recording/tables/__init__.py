"""Table recordings: a folder with a header, one CSV per sensor, and perhaps the truth."""

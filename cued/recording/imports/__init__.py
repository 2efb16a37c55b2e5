"""Files that other software wrote, made into table recordings."""

"""Import of other software's files into table recordings."""

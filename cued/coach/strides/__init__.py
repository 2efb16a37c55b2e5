"""The runner's own strides: the usual ones, and when they change."""

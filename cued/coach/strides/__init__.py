"""The runner's own strides: what is usual for them, and when that has changed."""

"""Body-frame samples in, gait facts out. Knows nothing of coaching."""

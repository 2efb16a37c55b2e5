"""Signal processing without any notion of gait: links, clocks, sample grid, causal filters."""

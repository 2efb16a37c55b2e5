"""Numbers in, numbers out: links, clocks, the sample grid, causal filters. No word of gait."""

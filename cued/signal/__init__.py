"""Numbers in, numbers out: causal filters, the sample grid, clocks. Knows nothing of gait."""

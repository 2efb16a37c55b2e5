"""One foot or shank: what its sensor shows of contacts, lifts, strides and direction."""

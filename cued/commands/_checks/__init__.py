"""What ``cued selftest`` and ``cued doctor`` look at: each a ``Check``, never an exception."""

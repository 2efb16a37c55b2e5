"""What ``cued selftest`` tries, one function each: a ``Check`` comes back, never an exception."""

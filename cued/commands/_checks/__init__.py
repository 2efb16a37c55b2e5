"""The checks of ``cued selftest`` and ``cued doctor``: each returns ``Check``, none raises."""

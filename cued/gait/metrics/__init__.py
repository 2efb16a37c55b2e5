"""Metrics: one number per stride, one file each."""

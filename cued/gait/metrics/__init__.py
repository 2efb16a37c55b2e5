"""Metrics: one file each, each a number per stride."""

"""Wearables and treadmills, one file each, sans-IO: bytes in, values or writes out."""

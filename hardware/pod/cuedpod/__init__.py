"""Firmware of the cued pod: samples of an LSM6DS3TR-C in packed frames (docs/pod-protocol.md).

Runs on CircuitPython 9 or newer and, except for ``boards.py`` and ``code.py``, on any Python, which
is how it is tested. It has not run on a board yet.
"""

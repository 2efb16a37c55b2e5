"""Exports of other software, a file each: ``FORMAT`` says how it is known and how it is read.

A format reads what ``files.Files`` gives it and returns ``foreign.Export``. Placement, mounting
and what is written are ``importing.py``'s. A new file here is found by itself.
"""

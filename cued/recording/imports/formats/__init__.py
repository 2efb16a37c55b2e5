"""Exports of other software, a file each: ``FORMAT`` says how it is known and how it is read.

A format reads what ``foreign.Files`` gives it and returns ``foreign.Found``. Placement, mounting
and what is written are ``importing.py``'s. A new file here is found by itself.
"""

"""Exports of other software, a module each, whose ``FORMAT`` recognises and reads them.

A format reads ``files.Files`` and returns ``foreign.Export``; ``importing.py`` adds placement and
mounting and writes the recording. A new module here is found automatically.
"""

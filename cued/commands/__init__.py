"""The commands, one file each: ``NAME``, ``HELP``, ``configure(parser)`` and ``run(args) -> int``."""

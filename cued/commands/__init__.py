"""The commands, a file each: ``NAME``, ``HELP``, ``configure(parser)``, ``run(args) -> int``."""

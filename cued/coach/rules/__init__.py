"""One cue rule per file; ``[rules.NAME]`` in the configuration is ``rules/NAME.py``."""

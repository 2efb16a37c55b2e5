"""A gait coach beside the treadmill: watches every stride and cues by voice and vibration."""

__version__ = "0.1.0"

"""The coach's voice: which cue is given now, in which words, how often, and whether it worked."""

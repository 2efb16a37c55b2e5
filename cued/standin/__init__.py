"""Wearables and treadmills without a radio: a stand-in for BlueZ, and what speaks through it.

For who tests cued, or what is built on it, as it runs: bleak's real BlueZ back end finds, connects
and subscribes here as it does on a Raspberry Pi, and gets a pod's and a treadmill's own frames.
`cued bench` measures the Bluetooth path with it, `cued simulate --over-bluetooth` runs over it.
Written from the protocols' documents; shares no code with the decoders that it is used to test.
"""

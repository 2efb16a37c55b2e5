"""Wearables and treadmills without a radio, behind a stand-in for BlueZ.

For end-to-end tests of cued and of programs built on it: bleak's real BlueZ back end finds,
connects and subscribes here as on a Raspberry Pi, and gets the frames of a pod and a treadmill.
`cued bench` measures the Bluetooth path with it, `cued simulate --over-bluetooth` runs over it.
Written from the protocols' documents; shares no code with the decoders that it tests.
"""

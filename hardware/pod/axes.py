"""Finds how the pod is worn. On its serial console: Ctrl-C, Enter, then ``import axes``."""

import struct
import time

from cuedpod.boards import Board
from cuedpod.imu import SET, Imu
from cuedpod.mounting import line, mounting, resting

SETS = 40


def pose(imu, what):
    """Ask for a pose; return the acceleration in it, g."""
    while True:
        input(what + ", keep still, press Enter ")
        imu.restart()
        time.sleep(0.6)  # 62 samples
        queue = bytearray(SET * SETS)
        imu.read(queue)
        sums = [0, 0, 0]
        for i in range(SETS):
            for k, value in enumerate(struct.unpack_from("<3h", queue, i * SET + 6)):
                sums[k] += value
        try:
            return resting([x / SETS for x in sums])
        except ValueError as error:
            print(error)


imu = Imu(Board().i2c)
imu.start()
upright = pose(imu, "As worn, standing on level ground")
print(line(mounting(upright, pose(imu, "Toes (on the back: chest) to the ceiling"))))

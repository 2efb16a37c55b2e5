"""Start of the cued pod. Copy this file and the folder ``cuedpod`` to the drive CIRCUITPY."""

import time
import traceback

import _bleio
import microcontroller
from cuedpod.boards import Board, clock_us
from cuedpod.imu import Imu
from cuedpod.motor import Motor
from cuedpod.pod import Pod
from cuedpod.radio import Radio


def run():
    """Run the pod's main loop."""
    board = Board()
    motor = Motor(board.motor, clock_us)
    pod = Pod(Imu(board.i2c), Radio(_bleio), clock_us, board.battery_percent, motor)
    while True:
        time.sleep(pod.step())
        board.feed()
        if pod.tired:
            pod.rest()
            board.sleep()
            pod.awake()


try:
    run()
except Exception as error:  # noqa: BLE001 - nobody is there to read it: say it, then begin afresh
    traceback.print_exception(error)
    time.sleep(5)
    microcontroller.reset()

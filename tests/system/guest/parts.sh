#!/bin/bash
# At every boot of the guest, before anything else that needs them: a Pi's pins, sound and radio.
set -e
cd /bench
modprobe -a configfs gpio-sim snd-aloop
modprobe -a hci_vhci uhid || [ "$(uname -m)" = aarch64 ]  # Debian makes that kernel without virtual controllers

# 54 lines like a Pi 4's header chip. A guest's device tree, if it has one, is no Pi's, so the board's
# revision, which gpiozero wants to know, is put where older boards have it.
bank=/sys/kernel/config/gpio-sim/pi/bank0
mkdir -p $bank; echo 54 >$bank/num_lines; echo pinctrl-bcm2835 >$bank/label
for n in $(seq 0 27); do mkdir -p $bank/line$n; echo GPIO$n >$bank/line$n/name; done
echo 1 >/sys/kernel/config/gpio-sim/pi/live
{ cat /proc/cpuinfo; printf 'Revision\t: c03115\nModel\t\t: Raspberry Pi 4 Model B Rev 1.5\n'; } >/run/cpuinfo
mount --bind /run/cpuinfo /proc/cpuinfo
for line in /sys/devices/platform/gpio-sim.*/gpiochip*/sim_gpio5/pull; do echo pull-up >$line; done

# What is played on the loopback card's first side is recorded from its second.
printf 'pcm.!default { type plug; slave.pcm "hw:Loopback,0,0" }\n' >/etc/asound.conf
udevadm settle

#!/usr/bin/env bash
# pi4.sh FOLDER: starts the card that scripts/test-image left there (cued.img) as QEMU's raspi4b, and waits on
# the serial console until the coach is ready and a log-in is asked for. As root, on Debian. QEMU has that
# machine from version 9 on; where this one's is older, Debian 13's is fetched.
#
# Of a Pi 4 QEMU has the cores, interrupts, UART, pins and the SD card. The rest (video, I2C, SPI, PCIe with USB
# and Ethernet) is switched off in Debian's device tree, and the card's supplies, which the Pi's firmware
# would switch, are left out. So there is no network, sound or radio: those are tried on `virt` (card.py).
set -euo pipefail
bench=$(realpath "$(dirname "$0")")
folder=$(realpath "$1")
. "$bench/_debian.sh"
. "$bench/../../scripts/_setup.sh"
system_packages device-tree-compiler mmdebstrap mtools cpio xz-utils
cd "$folder"
BOOT_S=1800 # by the clock of a busy host

say "the card, as large as an SD card may be, and its kernel"
cp --sparse=always cued.img pi4.img; truncate -s 4G pi4.img
for file in vmlinuz initrd.img bcm2711-rpi-4-b.dtb; do mcopy -n -o -i pi4.img@@1M "::$file" .; done

say "an initrd that knows the Pi's SD card"
rm -rf new root; mkdir new root
mount -o ro,loop,offset=$((257 << 20)) cued.img root; trap 'umount root' EXIT
kernel=$(ls root/lib/modules)
(cd new && cpio -id --quiet <../initrd.img)
modprobe --dirname root --set-version "$kernel" --show-depends sdhci_iproc | awk '$1 == "insmod" {print $2}' |
    while read -r module; do
        xz -dc "$module" >"new/m/$(basename "$module" .xz)"; basename "$module" .xz
    done | cat - new/order >order
mv order new/order
umount root; trap - EXIT
(cd new && find . | cpio -o -H newc --quiet) >pi4-initrd.img

say "its device tree, without what QEMU lacks"
tree=bcm2711-rpi-4-b.dtb
off() { fdtput -t s "$tree" "$1" status disabled; }
for part in $(fdtget -l "$tree" /soc | grep -E '^(hvs|pixelvalve|clock@7ef|interrupt-controller@7ef|hdmi|dsi|csi|vec|txp|pwm|spi|i2c|avs|rng|watchdog|usb|serial@7e215040)'); do off "/soc/$part"; done
for part in $(fdtget -l "$tree" /scb); do off "/scb/$part"; done
fdtput -r "$tree" /soc/serial@7e201000/bluetooth # the console is where a Pi has its Bluetooth
# QEMU's card is where a Pi has its Wi-Fi.
fdtput -r "$tree" /soc/mmc@7e300000/wifi@1
for word in mmc-pwrseq non-removable; do fdtput -d "$tree" /soc/mmc@7e300000 $word; done
for word in vqmmc-supply vmmc-supply; do fdtput -d "$tree" /emmc2bus/mmc@7e340000 $word; done
fdtput -t s "$tree" /soc/mmc@7e300000 broken-cd ''

emulator=()
if ! qemu-system-aarch64 -M help 2>/dev/null | grep -q raspi4b; then
    say "Debian 13's emulator"
    [ -x emulator/usr/bin/qemu-system-aarch64 ] || MIRROR=${MIRROR:-$(debian_archive)} debian emulator qemu-system-arm
    mkdir -p emulator/card; mount --bind . emulator/card; trap 'umount emulator/card' EXIT
    emulator=(chroot emulator sh -c 'cd /card && exec "$@"' sh)
fi
say "power-on"
rm -f pi4.log
slow="systemd.default_device_timeout_sec=600 systemd.default_timeout_start_sec=600"
"${emulator[@]}" qemu-system-aarch64 -M raspi4b -accel tcg,thread=single,tb-size=512 -icount shift=1 \
    -display none -monitor none -serial file:pi4.log -kernel vmlinuz -initrd pi4-initrd.img -dtb "$tree" \
    -drive file=pi4.img,if=sd,format=raw -append "console=ttyAMA0,115200 root=/dev/mmcblk0p2 rootwait maxcpus=2 \
clk_ignore_unused pd_ignore_unused net.ifnames=0 $slow" &
machine=$!
ready=failed
while kill -0 $machine 2>/dev/null && [ $SECONDS -lt $BOOT_S ]; do
    if [ -f pi4.log ] && grep -qa 'Started.*cued.service' pi4.log && grep -qa 'login:' pi4.log; then ready=passed; break; fi
    sleep 1
done
kill $machine 2>/dev/null || true; wait $machine 2>/dev/null || true
[ $ready = passed ] || tail -n 30 pi4.log
grep -a 'Machine model\|cued: the page' pi4.log || true
say "raspi4b: from power-on to ready and a log-in: $ready"
[ $ready = passed ]

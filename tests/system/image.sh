#!/usr/bin/env bash
# image.sh FOLDER: builds the guest that scripts/test-system runs, once: Debian 13 with systemd, BlueZ,
# ALSA, mosquitto and Debian's own kernel, whose modules give virtual Bluetooth controllers and a
# loopback sound card. Simulated GPIO lines are not among them, so gpio-sim is built from Debian's
# kernel source. As root, from the archive MIRROR. Leaves the tree root/, initrd.img, vmlinuz and id (an
# ssh key) in FOLDER. Status 75: something of Debian's was not to be had.
set -euo pipefail
. "$(dirname "$0")/_debian.sh"
folder=$(realpath -m "$1"); mkdir -p "$folder"; cd "$folder"
export DEBIAN_FRONTEND=noninteractive
need=(qemu-system-x86 mmdebstrap busybox-static cpio e2fsprogs xz-utils openssh-client debian-archive-keyring)
dpkg -s "${need[@]}" >/dev/null 2>&1 || { apt-get update -qq; apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null; } || exit 75

say "Debian trees: the guest's, and one to build in"
rm -rf root build
debian root systemd,systemd-sysv,udev,dbus,kmod,procps,iproute2,openssh-server,linux-image-amd64,bluez,bluez-test-tools,rfkill,mosquitto,mosquitto-clients,alsa-utils,espeak-ng,libespeak-ng1,libportaudio2,python3,python3-venv,gpiod
debian build "linux-headers-amd64,$BUILD_WITH"
kernel=$(ls root/lib/modules)

gpio_sim

say "the far end of the radio (bumble), and lgpio as Raspberry Pi OS has it"
wheels bumble==0.0.236 'lgpio>=0.2.2'
mv build/wheels root/
chroot root python3 -m venv /opt/venv
env -u PIP_CERT -u PIP_FIND_LINKS chroot root /opt/venv/bin/pip install -q --no-index --find-links /wheels bumble lgpio
cp root/opt/venv/lib/python3*/site-packages/{lgpio.py,_lgpio*} root/usr/lib/python3/dist-packages/
rm -r root/wheels build

say "image"
[ -f id ] || ssh-keygen -q -t ed25519 -N '' -f id
install -D -m 600 id.pub root/root/.ssh/authorized_keys; chmod 700 root/root/.ssh
chroot root ssh-keygen -A >/dev/null
echo bench >root/etc/hostname; : >root/etc/fstab
printf '[Match]\nName=e*\n[Network]\nDHCP=ipv4\n' >root/etc/systemd/network/10-e.network
chroot root systemctl enable systemd-networkd ssh >/dev/null 2>&1
chroot root systemctl mask systemd-networkd-wait-online e2scrub_all.timer fstrim.timer apt-daily.timer apt-daily-upgrade.timer getty@tty1 >/dev/null 2>&1
cp "root/boot/vmlinuz-$kernel" vmlinuz

initrd /bin/busybox

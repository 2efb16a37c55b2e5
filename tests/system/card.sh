#!/usr/bin/env bash
# card.sh FOLDER: makes the image that scripts/test-image puts cued into: Debian 13 for arm64 as a Pi's
# card has it, with a FAT boot partition and ext4, NetworkManager, and what Raspberry Pi OS Lite does at
# its first start: Wi-Fi off until a country is known, a question for a user in place of the log-in. For
# the bench simulated pins and sound card, ears, and root by ssh. As root, from the archive MIRROR.
# Leaves base.img and id (an ssh key) in FOLDER. Status 75: something of Debian's was not to be had.
set -euo pipefail
bench=$(realpath "$(dirname "$0")")
. "$bench/_debian.sh"
folder=$(realpath -m "$1"); mkdir -p "$folder"; cd "$folder"
export DEBIAN_FRONTEND=noninteractive

say "Debian for arm64 (emulated: ten minutes and more)"
rm -rf root build
debian root systemd,systemd-sysv,udev,dbus,kmod,procps,iproute2,openssh-server,linux-image-arm64,network-manager,wpasupplicant,sudo,login arm64
kernel=$(ls root/lib/modules)

say "what to build with: this machine's own compiler for arm64"
here=$(dpkg --print-architecture) headers=linux-headers-$kernel common=${kernel%-arm64}
debian build "$BUILD_WITH,gcc-aarch64-linux-gnu,libpython3-dev:arm64,linux-kbuild-$common" "$here,arm64"
# Not installed, as they would bring a kernel with them.
cp -L /etc/resolv.conf /etc/hosts build/etc/
chroot build sh -ec "cd /root; apt-get update -q; apt-get download -q $headers:arm64 linux-headers-$common-common busybox-static:arm64; for f in *.deb; do dpkg -x \$f /unpacked; done; mv /unpacked/usr/src/* /usr/src" >>build.log 2>&1 ||
    { cat build.log; exit 75; }
gpio_sim ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-

say "lgpio as Raspberry Pi OS has it"
_PYTHON_HOST_PLATFORM=linux-aarch64 _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__aarch64-linux-gnu wheels 'lgpio>=0.2.2'
mkdir -p root/usr/lib/python3/dist-packages
unzip -q -o build/wheels/lgpio-*.whl -d root/usr/lib/python3/dist-packages
initrd "$(find build/unpacked -path '*/bin/busybox')"
rm -r build

say "the bench: pins, sound, ears, a runner, the other end of the Wi-Fi"
[ -f id ] || ssh-keygen -q -t ed25519 -N '' -f id
install -D -m 600 id.pub root/root/.ssh/authorized_keys; chmod 700 root/root/.ssh
chroot root ssh-keygen -A >/dev/null
mkdir -p root/bench; cp "$bench"/guest/* "$bench/walk.toml" root/bench/
for unit in parts senses; do
    cp "$bench/guest/$unit.service" root/etc/systemd/system/; chroot root systemctl enable -q "$unit"
done
chroot root systemctl mask -q e2scrub_all.timer fstrim.timer apt-daily.timer apt-daily-upgrade.timer NetworkManager-wait-online

# What the makers of Raspberry Pi OS do to theirs (pi-gen: stage2/02-net-tweaks, userconf-pi: rename-user).
printf '[main]\nWirelessEnabled=false\n' >root/var/lib/NetworkManager/NetworkManager.state
echo 'options rfkill default_state=0' >root/etc/modprobe.d/rfkill_default.conf
printf '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n' >root/etc/systemd/system/userconfig.service
mkdir -p root/usr/share/userconf-pi root/etc/ssh/sshd_config.d
echo 'Banner /usr/share/userconf-pi/sshd_banner' >root/etc/ssh/sshd_config.d/rename_user.conf
echo 'Please note that SSH may not work until a valid user has been set up.' >root/usr/share/userconf-pi/sshd_banner
chroot root systemctl enable -q userconfig; chroot root systemctl disable -q getty@tty1
chroot root useradd -m -s /bin/bash -G sudo pi

say "image"
echo raspberrypi >root/etc/hostname
printf '127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n' >root/etc/hosts
printf 'PARTUUID=c0edc0ed-02 / ext4 defaults,noatime 0 1\nPARTUUID=c0edc0ed-01 /boot/firmware vfat defaults 0 2\n' >root/etc/fstab
mkdir -p root/boot/firmware
truncate -s 0 base.img; truncate -s 2G base.img
printf 'label: dos\nlabel-id: 0xc0edc0ed\n,256M,c,*\n,,L\n' | sfdisk -q base.img
start=$((1 + 256)) # MiB, as sfdisk begins at the first
mke2fs -q -t ext4 -O ^metadata_csum -E offset=$((start << 20)) -d root base.img $(((2048 - start) << 10))k
rm -f boot.img; truncate -s 256M boot.img
mkfs.vfat -F 32 boot.img >/dev/null
mcopy -i boot.img root/boot/vmlinuz-"$kernel" ::vmlinuz
mcopy -i boot.img initrd.img ::
mcopy -i boot.img root/usr/lib/linux-image-"$kernel"/broadcom/bcm2711-rpi-4-b.dtb ::
# Disks and services of an emulated machine come late.
slow="systemd.default_device_timeout_sec=600 systemd.default_timeout_start_sec=600"
echo "console=tty1 console=ttyAMA0,115200 root=/dev/vda2 rootfstype=ext4 fsck.repair=yes rootwait net.ifnames=0 quiet $slow" |
    mcopy -i boot.img - ::cmdline.txt
printf 'dtparam=audio=on\n[all]\n' | mcopy -i boot.img - ::config.txt
dd if=boot.img of=base.img bs=1M seek=1 conv=notrunc,sparse status=none
rm -r root boot.img

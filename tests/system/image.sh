#!/usr/bin/env bash
# image.sh FOLDER: builds the guest that scripts/test-system runs, once: Debian 13 with systemd, BlueZ,
# ALSA, mosquitto and Debian's own kernel, whose modules give virtual Bluetooth controllers and a
# loopback sound card. Simulated GPIO lines are not among them, so gpio-sim is built from Debian's
# kernel source. As root, from the archive MIRROR. Leaves the tree root/, initrd.img, vmlinuz and id (an
# ssh key) in FOLDER. Status 75: something of Debian's was not to be had.
set -euo pipefail
folder=$(realpath -m "$1"); mkdir -p "$folder"; cd "$folder"
suite=trixie source=linux-source-6.12
say() { printf '== %s\n' "$*" >&2; }

debian() { # debian TREE PACKAGES
    mmdebstrap --quiet --variant=apt --components=main --include="$2" \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$1" "deb $MIRROR $suite main" >"$1.log" 2>&1 ||
        { cat "$1.log"; exit 75; }
}

export DEBIAN_FRONTEND=noninteractive
need=(qemu-system-x86 mmdebstrap busybox-static cpio e2fsprogs xz-utils openssh-client debian-archive-keyring)
dpkg -s "${need[@]}" >/dev/null 2>&1 || { apt-get update -qq; apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null; } || exit 75

say "Debian trees: the guest's, and one to build in"
rm -rf root build
debian root systemd,systemd-sysv,udev,dbus,kmod,procps,iproute2,openssh-server,linux-image-amd64,bluez,bluez-test-tools,rfkill,mosquitto,mosquitto-clients,alsa-utils,espeak-ng,libespeak-ng1,libportaudio2,python3,python3-venv,gpiod
debian build linux-headers-amd64,make,gcc,libc6-dev,xz-utils,swig,python3-dev,python3-venv,ca-certificates,$source
kernel=$(ls root/lib/modules)

say "gpio-sim for $kernel"
mkdir build/gpio
tar -C build/gpio -xJf build/usr/src/$source.tar.xz --strip-components=3 --wildcards \
    '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c'
mv build/gpio/gpio-sim.c build/gpio/lines.c
# Modules may not look up an interrupt's descriptor; its number does as well.
sed -i 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/; /^EXPORT_SYMBOL_GPL/d' build/gpio/irq_sim.c
printf 'obj-m := gpio-sim.o\ngpio-sim-y := lines.o irq_sim.o\n' >build/gpio/Kbuild
chroot build make -s -C "/lib/modules/$kernel/build" M=/gpio modules >gpio.log 2>&1 || { cat gpio.log; exit 1; }
install -D -t "root/lib/modules/$kernel/extra" build/gpio/gpio-sim.ko
chroot root depmod "$kernel"

say "the far end of the radio (bumble), and lgpio as Raspberry Pi OS has it"
cp -L /etc/resolv.conf /etc/hosts build/etc/
cp /etc/ssl/certs/ca-certificates.crt build/etc/ssl/certs/
chroot build python3 -m venv /v
env -u PIP_FIND_LINKS PYPI=1 PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
    chroot build /v/bin/pip wheel -q -w /wheels bumble==0.0.236 'lgpio>=0.2.2' >wheels.log 2>&1 || { cat wheels.log; exit 1; }
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

initrd=$(mktemp -d); mkdir "$initrd"/{bin,m,proc,sys,dev,newroot}; cp /bin/busybox "$initrd/bin/"
for module in virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk crc16 mbcache jbd2 crc32c_generic libcrc32c ext4; do
    file=$(find "root/lib/modules/$kernel/kernel" \( -name "$module.ko*" -o -name "${module//_/-}.ko*" \) | head -n1)
    [ -n "$file" ] || continue
    case $file in *.xz) xz -dc "$file" >"$initrd/m/$module.ko" ;; *) cp "$file" "$initrd/m/$module.ko" ;; esac
    echo "$module" >>"$initrd/order"
done
cat >"$initrd/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in $(cat /order); do insmod "/m/$m.ko" 2>/dev/null || true; done
i=0; while [ ! -b /dev/vda ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
mount -t ext4 -o rw,noatime /dev/vda /newroot || exec sh
for d in dev proc sys; do mount --move "/$d" "/newroot/$d"; done
exec switch_root /newroot /lib/systemd/systemd
INIT
chmod +x "$initrd/init"
(cd "$initrd" && find . | cpio -o -H newc --quiet) >initrd.img
rm -rf "$initrd"

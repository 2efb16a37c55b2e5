# Sourced by image.sh and card.sh, in the folder they build in: Debian trees from MIRROR, the kernel
# module that Debian lacks, and an initrd that is made in no time, as Debian's takes a while and more so
# where it is emulated.

suite=trixie source=linux-source-6.12
say() { printf '== %s\n' "$*" >&2; }

debian() { # debian TREE PACKAGES [ARCHITECTURE,...]
    mmdebstrap --quiet --variant=apt --components=main --include="$2" ${3:+--architectures="$3"} \
        --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/etc/kernel/postinst.d/initramfs-tools' "$suite" "$1" "deb $MIRROR $suite main" >"$1.log" 2>&1 ||
        { cat "$1.log"; exit 75; }
}

# What both build with, in the tree build/, for the tree root/.
BUILD_WITH=make,gcc,libc6-dev,xz-utils,swig,python3-dev,python3-venv,ca-certificates,$source

# gpio_sim [FOR MAKE...] : simulated GPIO lines are not among Debian's modules; here they are built.
gpio_sim() {
    local kernel; kernel=$(ls root/lib/modules)
    say "gpio-sim for $kernel"
    mkdir build/gpio
    tar -C build/gpio -xJf build/usr/src/$source.tar.xz --strip-components=3 --wildcards \
        '*/drivers/gpio/gpio-sim.c' '*/drivers/gpio/gpiolib.h' '*/kernel/irq/irq_sim.c'
    mv build/gpio/gpio-sim.c build/gpio/lines.c
    # Modules may not look up an interrupt's descriptor; its number does as well.
    sed -i 's/handle_simple_irq(irq_to_desc(irqnum));/generic_handle_irq(irqnum);/; /^EXPORT_SYMBOL_GPL/d' build/gpio/irq_sim.c
    printf 'obj-m := gpio-sim.o\ngpio-sim-y := lines.o irq_sim.o\n' >build/gpio/Kbuild
    chroot build make -s -C "/usr/src/linux-headers-$kernel" M=/gpio "$@" modules >gpio.log 2>&1 || { cat gpio.log; exit 1; }
    install -D -t "root/lib/modules/$kernel/extra" build/gpio/gpio-sim.ko
    chroot root depmod "$kernel"
}

# wheels PACKAGE... : into build/wheels, with what the environment says of the compiler
wheels() {
    cp -L /etc/resolv.conf /etc/hosts build/etc/
    cp /etc/ssl/certs/ca-certificates.crt build/etc/ssl/certs/
    chroot build python3 -m venv /v
    env -u PIP_FIND_LINKS PYPI=1 PIP_CERT=/etc/ssl/certs/ca-certificates.crt \
        chroot build /v/bin/pip wheel -q -w /wheels "$@" >wheels.log 2>&1 || { cat wheels.log; exit 1; }
}

# initrd BUSYBOX : initrd.img for the kernel in root/, which mounts what root= names
initrd() {
    local new module kernel; new=$(mktemp -d); kernel=$(ls root/lib/modules)
    mkdir "$new"/{bin,m,proc,sys,dev,newroot}; install -m 755 "$1" "$new/bin/busybox"
    for module in virtio_pci virtio_blk crc32c_generic ext4; do
        modprobe --dirname root --set-version "$kernel" --show-depends "$module"
    done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r module; do
        case $module in *.xz) xz -dc "$module" ;; *) cat "$module" ;; esac >"$new/m/$(basename "$module" .xz)"
        basename "$module" .xz >>"$new/order"
    done
    cat >"$new/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for m in $(cat /order); do insmod "/m/$m" || true; done
for word in $(cat /proc/cmdline); do case $word in root=*) root=${word#root=} ;; esac; done
i=0; while [ ! -b "$root" ] && [ $i -lt 100 ]; do sleep 0.1; i=$((i + 1)); done
mount -t ext4 -o rw,noatime "$root" /newroot || exec sh
for d in dev proc sys; do mount --move "/$d" "/newroot/$d"; done
exec switch_root /newroot /lib/systemd/systemd
INIT
    chmod +x "$new/init"
    (cd "$new" && find . | cpio -o -H newc --quiet) >initrd.img
    rm -rf "$new"
}

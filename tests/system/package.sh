#!/usr/bin/env bash
# package.sh TREE PACKAGE: installs, runs, upgrades, removes, purges and installs again in a Debian tree,
# with dpkg in a chroot, and leaves the package there, set up for the bench. Emulated, it would take
# ten times as long. Prints a line a check; status 1 if one failed.
set -u
tree=$1 package=$2 failed=0
cp "$package" "$tree/root/cued.deb"
mount -t proc proc "$tree/proc"
trap 'umount "$tree/proc"' EXIT
in_tree() { chroot "$tree" /usr/bin/env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
check() { # check NAME COMMAND...
    local name=$1; shift
    if "$@"; then echo "PASS $name"; else echo "FAIL $name"; failed=1; fi
}
there() { for path in "$@"; do [ -e "$tree$path" ] || { echo "  no $path"; return 1; }; done; }
gone() { for path in "$@"; do [ ! -e "$tree$path" ] || { echo "  still $path"; return 1; }; done; }

start=$SECONDS
check "install without a network" in_tree unshare --net dpkg -i /root/cued.deb
echo "  $((SECONDS - start)) s"
check "program and units" there /opt/cued/venv/bin/cued /usr/lib/systemd/system/cued@.service
check "enabled at boot" [ -L "$tree/etc/systemd/system/multi-user.target.wants/cued.service" ]
check "user in audio, bluetooth, gpio" in_tree sh -c 'for g in audio bluetooth gpio; do id -nG cued | grep -qw $g || exit 1; done'
check "no configuration yet" gone /etc/cued/cued.toml

echo 'secret of the bench' >"$tree/root/secret"
check "set up by flags" in_tree cued setup --yes --station bench --sensor pod@lower_back --motors \
    --buttons --light --belt-kmh 3.6 --mqtt localhost --mqtt-user bench --mqtt-password-file /root/secret
check "the password where only the service gets it" [ "$(stat -c %a "$tree/etc/credstore/cued-mqtt-password")" = 600 ]
# Free run: there a press pauses and goes on; in the check-in of a guided workout it answers questions.
sed -i 's/^\[coach\]$/[coach]\nprogram = false/' "$tree/etc/cued/cued.toml"
for sink in history recorder; do sed -i "s/^#\[sinks.$sink\]/[sinks.$sink]/" "$tree/etc/cued/cued.toml"; done
check "the configuration is one" in_tree cued check --config /etc/cued/cued.toml
echo history >"$tree/var/lib/cued/kept"
cp "$tree/etc/cued/cued.toml" "$tree/root/good"

check "a simulated runner is coached" in_tree cued simulate --speed 0 --events /tmp/events stumble
check "and a stumble is cued" grep -q '"pattern":"unsteady"' "$tree/tmp/events"
in_tree cued selftest --json --seconds 1 >"$tree/tmp/selftest" 2>/dev/null
check "the self-test names what a chroot lacks" grep -q '"state": "failed"' "$tree/tmp/selftest"
rm -f "$tree"/tmp/events "$tree"/tmp/selftest

in_tree systemctl disable -q cued
check "upgrade" in_tree dpkg -i /root/cued.deb
check "upgrade leaves off what was switched off" [ ! -e "$tree/etc/systemd/system/multi-user.target.wants/cued.service" ]
in_tree systemctl enable -q cued
check "upgrade keeps the configuration" cmp "$tree/root/good" "$tree/etc/cued/cued.toml"
check "upgrade keeps data" there /var/lib/cued/kept
check "remove" in_tree dpkg -r cued
check "remove leaves data and configuration" there /var/lib/cued/kept /etc/cued/cued.toml
check "remove takes the program" gone /opt/cued /usr/bin/cued /usr/lib/cued /usr/lib/systemd/system/cued.service
check "purge" in_tree dpkg -P cued
check "purge takes everything" gone /var/lib/cued /var/cache/cued /etc/cued /etc/credstore/cued-mqtt-password
check "purge takes the user" in_tree sh -c '! getent passwd cued >/dev/null'
check "install again" in_tree dpkg -i /root/cued.deb
install -D -m 644 "$tree/root/good" "$tree/etc/cued/cued.toml"
install -D -m 600 "$tree/root/secret" "$tree/etc/credstore/cued-mqtt-password"
rm "$tree/root/cued.deb"
exit $failed

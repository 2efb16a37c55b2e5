#!/usr/bin/env bash
# checkout.sh TREE WHEELS: scripts/install from a checkout in a Debian tree without a network, twice, with
# a configuration that has to stay, and everything away again. Prints a line a check; status 1 if one
# failed.
set -u
tree=$1 wheels=$2 failed=0
mkdir -p "$tree/root/checkout" "$tree/root/wheels" "$tree/etc/cued"
git ls-files -z -- cued config docs packaging scripts systemd pyproject.toml README.md LICENSE |
    xargs -0 cp --parents -t "$tree/root/checkout"
cp "$wheels"/*.whl "$tree/root/wheels/"
mount -t proc proc "$tree/proc"
trap 'umount "$tree/proc"' EXIT
in_tree() { chroot "$tree" /usr/bin/env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
check() { # check NAME COMMAND...
    local name=$1; shift
    if "$@"; then echo "PASS $name"; else echo "FAIL $name"; failed=1; fi
}
built() { stat -c %Y "$tree/opt/cued/venv/.wanted"; }

check "install from a checkout without a network" \
    in_tree unshare --net /root/checkout/scripts/install --wheels /root/wheels
check "it runs" in_tree cued --version
check "set up by flags" in_tree cued setup --yes --station kept --sensor pod@lower_back
cp "$tree/etc/cued/cued.toml" "$tree/root/kept"; before=$(built)
check "install again" in_tree unshare --net /root/checkout/scripts/install --wheels /root/wheels
check "nothing changed, so nothing was built" [ "$(built)" = "$before" ]
check "again keeps the configuration" cmp "$tree/root/kept" "$tree/etc/cued/cued.toml"
echo >>"$tree/root/checkout/cued/__init__.py"; sleep 1
check "install after a change" in_tree unshare --net /root/checkout/scripts/install --wheels /root/wheels
check "a change is built" [ "$(built)" != "$before" ]
in_tree systemctl disable -q cued
rm -rf "$tree"/root/{checkout,wheels,kept} "$tree"/opt/cued "$tree"/etc/cued "$tree"/var/{lib,cache}/cued \
    "$tree/usr/bin/cued" "$tree"/usr/lib/systemd/system/cued*
exit $failed

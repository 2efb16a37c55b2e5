#!/bin/bash
# wifi.sh NAME PASSWORD: two simulated radios; the second is an access point of this name with a way to
# get an address, and NetworkManager has the first. Prints what it tells of the connection "cued" once it
# has an address: the network's name and its own first bytes of it. Status 1: none within three minutes.
set -e
modprobe mac80211_hwsim radios=2
udevadm settle
nmcli device set wlan1 managed no
echo 0 | tee /sys/class/net/wlan1/phy80211/rfkill*/soft >/dev/null
cat >/run/access-point.conf <<CONF
ctrl_interface=/run/access-point
network={
    ssid=$(printf %s "$1" | od -An -tx1 | tr -d ' \n')
    mode=2
    frequency=2412
    key_mgmt=WPA-PSK
    proto=RSN
    pairwise=CCMP
    psk="$2"
}
CONF
wpa_supplicant -B -i wlan1 -c /run/access-point.conf >&2
mkdir -p /run/systemd/network
printf '[Match]\nName=wlan1\n[Network]\nAddress=10.77.0.1/24\nDHCPServer=yes\n' >/run/systemd/network/10-access-point.network
systemctl start systemd-networkd
for _ in $(seq 90); do
    if nmcli -g IP4.ADDRESS device show wlan0 | grep -q '^10\.77\.0\.'; then
        nmcli -e no -g 802-11-wireless.ssid connection show cued
        nmcli -g IP4.ADDRESS device show wlan0
        exit 0
    fi
    sleep 2
done
nmcli device >&2; journalctl -b -u NetworkManager -u wpa_supplicant --no-pager | tail -n 60 >&2
exit 1

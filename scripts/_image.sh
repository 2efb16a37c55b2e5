# Sourced by build-image: functions that write settings into an image's tree ROOT, none of which runs.

# first_line FILE : without the line ending of an editor on Windows
first_line() { head -n1 "$1" | tr -d '\r\n'; }

# name_machine ROOT NAME
name_machine() {
    echo "$2" >"$1/etc/hostname"
    sed -i '/^127\.0\.1\.1[[:space:]]/d' "$1/etc/hosts" 2>/dev/null || echo '127.0.0.1 localhost' >"$1/etc/hosts"
    printf '127.0.1.1\t%s\n' "$2" >>"$1/etc/hosts"
}

# greet_on_console ROOT : getty fills in name and address, and updates them when they change.
greet_on_console() {
    mkdir -p "$1/etc/issue.d"
    printf 'cued: the page is at http://\\4:8080\n\n' >"$1/etc/issue.d/cued.issue"
}

# join_wifi ROOT NAME PASSWORD : by NetworkManager, which reads only files that root alone can read. The name is
# written as bytes, and spaces and backslashes in the password are escaped, so that any characters work.
join_wifi() {
    local bytes password
    bytes=$(printf %s "$2" | od -An -v -tu1 | tr -s ' \n' ';')
    password=$(printf %s "$3" | sed 's/\\/\\\\/g; s/ /\\s/g')
    (umask 077; cat >"$1/etc/NetworkManager/system-connections/cued.nmconnection") <<CONNECTION
[connection]
id=cued
type=wifi
[wifi]
ssid=${bytes#;}
[wifi-security]
key-mgmt=wpa-psk
psk=$password
[ipv4]
method=auto
[ipv6]
method=auto
CONNECTION
    # Raspberry Pi OS keeps the radio off until its country is set.
    rm -f "$1"/var/lib/systemd/rfkill/*wlan*
    sed -i '/^WirelessEnabled=/d' "$1/var/lib/NetworkManager/NetworkManager.state" 2>/dev/null || true
}

# Sourced by build-image: what is written into an image's tree ROOT, where nothing of it runs.

# first_line FILE : without what an editor on Windows ends it with
first_line() { head -n1 "$1" | tr -d '\r\n'; }

# name_machine ROOT NAME
name_machine() {
    echo "$2" >"$1/etc/hostname"
    sed -i '/^127\.0\.1\.1[[:space:]]/d' "$1/etc/hosts" 2>/dev/null || echo '127.0.0.1 localhost' >"$1/etc/hosts"
    printf '127.0.1.1\t%s\n' "$2" >>"$1/etc/hosts"
}

# greet_on_console ROOT : getty fills in name and address, and again when they change.
greet_on_console() {
    mkdir -p "$1/etc/issue.d"
    printf 'cued: the page is at http://\\4:8080\n\n' >"$1/etc/issue.d/cued.issue"
}

# join_wifi ROOT NAME PASSWORD : by NetworkManager, which reads only what is root's alone. The name goes in as
# bytes and spaces and backslashes of the password as its files want them, so that any are possible.
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
    # Raspberry Pi OS keeps the radio off until somebody names its country.
    rm -f "$1"/var/lib/systemd/rfkill/*wlan*
    sed -i '/^WirelessEnabled=/d' "$1/var/lib/NetworkManager/NetworkManager.state" 2>/dev/null || true
}

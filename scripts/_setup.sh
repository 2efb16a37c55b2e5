# Sourced by the other scripts: installs what they need, and makes the project's virtual environment.
# It can be run again; whatever is complete is left alone, and whatever was interrupted is made again.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_RETRIES=2 DEBIAN_FRONTEND=noninteractive
STILL_S=5

say() { printf '\n== %s\n' "$*" >&2; }

# patiently COMMAND... : run it with its output kept, and print its latest line every few seconds. When it
# fails, print the end of its output, and say if the network was the reason.
patiently() {
    local log job started=$SECONDS said=$SECONDS status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 &
    job=$!
    trap 'kill "$job" 2>/dev/null; rm -f "$log"; exit 130' INT TERM
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - said)) -ge $STILL_S ]; then
            said=$SECONDS
            local at; at=$(last_line "$log" || true)
            printf '   %3d s  %.68s\n' $((SECONDS - started)) "${at:-at work}" >&2
        fi
    done
    wait "$job" || status=$?
    trap - INT TERM
    if [ $status != 0 ]; then
        tail -n 15 "$log" >&2
        if grep -qE "$OFFLINE" "$log"; then say "no network: connect this machine and run the same command again"; fi
    fi
    rm -f "$log"
    return $status
}
OFFLINE='Temporary failure (in name )?resol|Name or service not known|Network is unreachable|No route to host|NewConnectionError|ConnectTimeout|Could not (resolve|connect)|Failed to establish'

last_line() { tail -c 8000 "$1" | tr '\r' '\n' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | grep -vE '^[[:space:]]*$|^WARNING' | tail -n 1; }

# A password is asked for, at the terminal, only if the user may use sudo: others would type it in vain.
# Some machines ask each time, within `patiently` too.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
    elif command -v sudo >/dev/null && { : </dev/tty; } 2>/dev/null && id -nG | grep -qwE 'sudo|wheel|admin'; then sudo "$@"
    else return 1; fi
}

# absent PACKAGE... : print those that are not installed
absent() {
    local package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}
from_debian() {  # sudo passes no variables on
    patiently as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends --no-remove "$@"
}

# system_packages PACKAGE... : install those that are missing; without the right to, print the command.
system_packages() {
    command -v dpkg-query >/dev/null || { say "not Debian: install yourself: $*"; return 0; }
    local missing=($(absent "$@")) package
    [ ${#missing[@]} -gt 0 ] || return 0
    say "missing: ${missing[*]}"
    if ! as_root true; then
        say "not installed, as that takes root: sudo apt install ${missing[*]}"
        return 0
    fi
    say "installing them (a minute or two)"
    patiently as_root apt-get update -q || true
    ! from_debian "${missing[@]}" || return 0
    for package in "${missing[@]}"; do  # one that is not to be had must not cost the others
        ! apt-get install -s --no-remove "$package" >/dev/null 2>&1 || from_debian "$package" || break
    done
    missing=($(absent "$@"))
    [ ${#missing[@]} = 0 ] || say "could not install: ${missing[*]} (continuing without; parts that need them will say so)"
}

# debian_archive : where this machine gets Debian from; empty if it does not
debian_archive() { apt-get indextargets --format '$(SITE)' 'Origin: Debian' 'Label: Debian' 2>/dev/null | head -n1; }

# debian_tree SUITE FOLDER PACKAGES : a Debian tree with these packages (a,b,c) and their dependencies. As root.
debian_tree() {
    mmdebstrap --quiet --variant=apt --components=main --include="$3" --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' "$1" "$2" "deb $(debian_archive) $1 main"
}

# emulate_arm64 : let this machine run arm64 programs, until the next restart. As root.
emulate_arm64() {
    [ "$(dpkg --print-architecture)" != arm64 ] || return 0
    system_packages qemu-user-static
    mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
    [ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] ||
        cat /usr/lib/binfmt.d/qemu-aarch64.conf >/proc/sys/fs/binfmt_misc/register
}

# python_for VERSION... : the first of these interpreters that works, on the path or under pyenv
python_for() {
    local version candidate
    for version in "$@"; do
        for candidate in "python$version" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/python3; do
            if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
                echo "$candidate"; return 0
            fi
        done
    done
    return 1
}

# venv_package PYTHON : the Debian package that is missing for a virtual environment, if one is
venv_package() { "$1" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv; }

# installed PYTHON EXTRA : install this project with uv, which needs a tenth of pip's time. pip is tried where
# uv fails: it obeys the settings of pip.conf, a mirror for example. Python compiles what is used, as it is used.
installed() {
    local pip=("$1" -m pip install --progress-bar off --no-compile)
    { "${pip[@]}" uv && "$1" -m uv pip install --python "$1" -e ".[$2]"; } || "${pip[@]}" -e ".[$2]"
}

# environment FOLDER PYTHON EXTRA : a venv with this project in it. While it is being made or filled it
# has the file .unfinished; one that still has it was interrupted, and is made again.
environment() {
    local folder=$1 python=$2 extra=$3
    [ ! -e "$folder/.installed-dev" ] || extra=dev  # which includes the others
    if [ -e "$folder/.unfinished" ] || ! "$folder/bin/python" -c 'import pip' 2>/dev/null; then
        if [ -e "$folder" ]; then say "$folder is unfinished or broken: making it again"
        else say "making the virtual environment $folder"; fi
        mkdir -p "$folder" && touch "$folder/.unfinished" || exit 1
        if [ -n "$(venv_package "$python")" ] || ! patiently "$python" -m venv --clear "$folder"; then
            touch "$folder/.unfinished"
            say "no virtual environment; to fix this: sudo apt install python3-venv"
            exit 1
        fi
    fi
    local stamp="$folder/.installed-$extra"
    if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
        say "installing into $folder (once: seconds on a PC, minutes on a Pi; 100 to 500 MB)"
        touch "$folder/.unfinished"
        if ! patiently installed "$folder/bin/python" "$extra"; then
            say "not installed"
            exit 1
        fi
        touch "$stamp"
        rm -f "$folder/.unfinished"
    fi
}

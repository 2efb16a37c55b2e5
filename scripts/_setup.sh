# Sourced by the other scripts: what they need of the system, and a virtual environment of our own.
# It can be run again; what is there is left alone.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

say() { printf '\n== %s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
    elif command -v sudo >/dev/null && [ -t 0 ]; then sudo "$@"
    else return 1; fi
}

# system_packages PACKAGE... : install those that are missing; without the right to, name them.
system_packages() {
    command -v dpkg-query >/dev/null || { say "not Debian: install yourself: $*"; return 0; }
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    if ! { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }; then
        say "could not install: ${missing[*]} (going on without; what needs them will say so)"
    fi
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

# environment FOLDER PYTHON EXTRA : a venv with this project in it
environment() {
    local folder=$1 python=$2 extra=$3
    "$python" -c 'import ensurepip, venv' 2>/dev/null || system_packages python3-venv
    if [ ! -x "$folder/bin/python" ]; then
        "$python" -m venv "$folder" || { say "no virtual environment: install python3-venv"; exit 1; }
    fi
    local stamp="$folder/.installed-$extra"
    if [ ! -e "$stamp" ] || [ pyproject.toml -nt "$stamp" ]; then
        say "installing into $folder (once; a few minutes on a Pi)"
        "$folder/bin/pip" install -q -e ".[$extra]" || exit 1
        touch "$stamp"
    fi
}

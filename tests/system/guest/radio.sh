#!/bin/bash
# Two joined virtual controllers: BlueZ has the first, the simulated pod has the second.
cd /bench
# A pipe for its input: btmgmt waits for ever where that is /dev/null, as a service's is.
mgmt() { true | timeout 10 btmgmt "$@" 2>/dev/null; }
count() { mgmt info | grep -c "$1"; }
# wait_for COUNT PATTERN : until btmgmt shows the pattern so often; false if it does not in 8 s
wait_for() {
    local end=$((SECONDS + 8))
    until [ "$(count "$2")" = "$1" ]; do [ $SECONDS -lt $end ] || return 1; sleep 0.25; done
}
# The kernel gives up a controller that does not answer within 2 s, which on a busy host happens.
for _ in $(seq 10); do
    btvirt -l2 >/run/btvirt.log 2>&1 &
    wait_for 2 '^hci' && wait_for 2 'current settings: .*powered' && break
    echo "a controller is missing or off; both anew"
    mgmt info
    kill %%; wait
done
mgmt --index 1 power off >/dev/null; sleep 0.5
exec /opt/venv/bin/python -u runner.py

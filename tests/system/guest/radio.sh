#!/bin/bash
# Two joined virtual controllers: BlueZ has the first, the simulated pod has the second.
cd /bench
btvirt -l2 >/run/btvirt.log 2>&1 &
# A pipe for its input: btmgmt waits for ever where that is /dev/null, as a service's is.
mgmt() { true | timeout 10 btmgmt "$@" 2>/dev/null; }
powered() { mgmt info | grep -c 'current settings: .*powered'; }
for _ in $(seq 120); do [ "$(powered)" = 2 ] && break; sleep 0.25; done
mgmt --index 1 power off >/dev/null; sleep 0.5
exec /opt/venv/bin/python -u runner.py

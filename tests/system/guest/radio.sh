#!/bin/bash
# Two joined virtual controllers: BlueZ has the first, the simulated pod has the second.
cd /bench
btvirt -l2 >/run/btvirt.log 2>&1 &
powered() { btmgmt info 2>/dev/null | grep -c 'current settings: .*powered'; }
for _ in $(seq 120); do [ "$(powered)" = 2 ] && break; sleep 0.25; done
btmgmt --index 1 power off >/dev/null; sleep 0.5
exec /opt/venv/bin/python -u runner.py

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# In a guest of tests/uml/run or tests/vm/run: fuzz, then unload.
set -u
ip addr add 192.0.2.1/32 dev lo
ip addr add fd00::1/128 dev lo nodad
fuzz "$@" || exit
# The ruleset that was flushed last goes away on its own.
for _ in 1 2 3 4 5; do
	rmmod levee && exit 0
	sleep 1
done
echo "levee cannot be unloaded after a flush"
exit 1

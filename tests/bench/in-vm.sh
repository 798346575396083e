#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In a booted kernel, levee not loaded yet: connect() without the module, with
# a policy that does not match, and with one that governs.
set -eu
mkdir -p /sys/fs/cgroup/bench
echo $$ >/sys/fs/cgroup/bench/cgroup.procs
policy() {
	echo "rules: [{name: bench, scope: {cgroup: [$1]}, outbound: {effect: prevent, default: deny, allow: [\"10.0.0.0/8:443/tcp\"]}}]" |
		leveectl apply - >/dev/null
}
echo "connect without $(connect)"
modprobe levee
policy /other
echo "connect unmatched $(connect)"
policy /bench
echo "connect governed $(connect)"
leveectl flush >/dev/null
rmmod levee
echo "connect without $(connect)"

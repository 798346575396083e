# SPDX-License-Identifier: GPL-2.0
# The module is there, was built for this kernel by DKMS, and answers.

check loaded test -d /sys/module/levee
built=$(dkms status -m levee)
check_match dkms "$built" ": installed"
version=${built#levee/}
check_eq version "$(modinfo -F version levee)" "${version%%,*}"
check status leveectl status

# A container of the real runtime runs, governed by nothing.
container plain
check container podman exec plain true
check cgroup test -d "$cgroups$container_cgroup"

# Unload and load again.
check unload modprobe -r levee
check_fails gone test -d /sys/module/levee
check load modprobe levee

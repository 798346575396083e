# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# boot: lsm=landlock,lockdown,yama,apparmor
# bpf is not among the LSMs: its functions exist, nobody calls them, and levee
# finds that out.

cgroup seated
# shellcheck source=tests/vm/data/seat.sh
. /root/data/seat.sh
trap 'rmmod squatter 2>/dev/null; cleanup' EXIT

check_fails "bpf is no LSM here" grep -qw bpf /sys/kernel/security/lsm
check_match "doctor sees it" "$(leveectl doctor)" "bpf is not in it"
check "the hooks are to be had" leveectl apply "$work/require.yaml"
check_eq "armed" "$(hook_states)" armed
check_eq "where they are called" "$(backend)" security_socket_connect
check "status says where" status_line "^hook +socket_connect: armed.*security_socket_connect"
check_match "enforced at the socket" "$(acts)" "^$with_seat"
check_fails "nothing unenforced for want of hooks" status_line "^unenforced +raw sockets"
check_eq "no call was missed" "$(leveectl status --json | jq '[.missed[]] | add')" 0
check_fails "ftrace cannot be switched off" sysctl -w kernel.ftrace_enabled=0
check "flush" leveectl flush

# The only seat is taken: the other one, which nobody calls, is none.
check "somebody sits there" squat security_socket_connect
check_status 1 "a policy that requires the hooks is refused" leveectl apply "$work/require.yaml"
check "another is accepted" leveectl apply "$work/plain.yaml"
check_none "taken"
check_match "enforced by packets" "$(acts)" "^$without_seat"
leveectl flush
unsquat

check "unload" rmmod levee
check "load" modprobe levee
check "apply" leveectl apply "$work/require.yaml"
check_match "enforced again" "$(acts)" "^$with_seat"

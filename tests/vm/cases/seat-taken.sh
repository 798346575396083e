# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Somebody else who may change where a function goes on (IPMODIFY, as live
# patches do) has one of the functions that levee wants, or wants one that levee
# has.

cgroup seated
# shellcheck source=tests/vm/data/seat.sh
. /root/data/seat.sh
trap 'rmmod squatter 2>/dev/null; cleanup' EXIT

# One kind of seat is taken: there is another, and nothing is lost.
check "somebody sits on one function" squat bpf_lsm_socket_connect
check "the hooks are to be had" leveectl apply "$work/require.yaml"
check_eq "elsewhere" "$(backend)" security_socket_connect
check_eq "armed" "$(hook_states)" armed
check_match "enforced at the socket" "$(acts)" "^$with_seat"
check "flush" leveectl flush
check "the other goes" unsquat

# Each hook, in turn, with nowhere to go.
for hook in "${seats[@]}"; do
	squat "bpf_lsm_$hook,security_$hook" || bail "no seat on $hook"
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "$hook taken: a policy that requires the hooks is refused" leveectl apply "$work/require.yaml" 2>"$work/err"
	check_match "$hook taken: in words" "$(<"$work/err")" "requires socket-hooks"
	check_eq "$hook taken: nothing has changed" "$(cat /sys/kernel/levee/generation)" "$generation"
	check "$hook taken: another policy is accepted" leveectl apply "$work/plain.yaml"
	check_none "$hook taken"
	leveectl flush
	unsquat
done

# All five at once, and what holds then.
all=$(for hook in "${seats[@]}"; do echo "bpf_lsm_$hook,security_$hook"; done | paste -s -d ,)
check "all are taken" squat "$all"
check "a policy is accepted" leveectl apply "$work/plain.yaml"
check_none "all taken"
check_match "all taken: enforced by packets" "$(acts)" "^$without_seat"
# The other goes: not before the next commit does levee look again.
unsquat
check_eq "still without" "$(hook_states)" failed
check "the next commit" leveectl apply "$work/require.yaml"
check_eq "has them" "$(hook_states)" armed
check_match "enforced at the socket again" "$(acts)" "^$with_seat"
check_fails "nothing unenforced for want of hooks" status_line "^unenforced +raw sockets"

# Who comes later is refused, and levee stays.
where=$(backend)
for hook in "${seats[@]}"; do
	check_match "$hook: the later one is refused" "$(squat "${where%socket_connect}$hook" 2>&1)" "Device or resource busy"
done
check_match "enforced as before" "$(acts)" "^$with_seat"
check_eq "no call was missed" "$(leveectl status --json | jq '[.missed[]] | add')" 0
check "flush" leveectl flush
check "nothing of levee sits there any more" squat "$all"
unsquat

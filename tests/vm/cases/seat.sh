# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# The LSM seat: what holds without it, who may take it away, and
# others in it.

cgroup seated
# shellcheck source=tests/vm/data/seat.sh
. /root/data/seat.sh
# Whatever fails here, the next case has ftrace.
trap 'sysctl -qw kernel.ftrace_enabled=1; cleanup' EXIT

# Without ftrace there is no seat.
if sysctl -qw kernel.ftrace_enabled=0 2>"$work/err"; then
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "a policy that requires the hooks is refused" leveectl apply "$work/require.yaml" 2>"$work/err"
	check_match "in words" "$(<"$work/err")" "requires socket-hooks"
	check_eq "nothing has changed" "$(cat /sys/kernel/levee/generation)" "$generation"
	check_match "nothing is loaded" "$(leveectl show rules)" "no policy"
	check_eq "nothing is hooked" "$(leveectl status --json | jq -r '.hooks.local_out')" idle
	check "the module can go" rmmod levee
	check "and is loaded without ftrace" modprobe levee
	check_match "doctor sees it" "$(leveectl doctor)" "ftrace: switched off"

	check "one that does not is accepted" leveectl apply "$work/plain.yaml"
	check_none "without ftrace"
	check_eq "the others are armed" "$(leveectl status --json | jq -r '[.hooks.local_out, .hooks.local_in, .hooks.post_routing] | unique | join(" ")')" armed
	check_match "enforced by packets" "$(acts)" "^$without_seat"
	check "audit of the packet hook" wait_audit 3 '.rule == "seat" and .feature == "outbound" and .protocol == "tcp" and .enforced and .port == 9999'
	check "audit of listening" wait_audit 3 '.rule == "seat" and .feature == "listen" and .protocol == "tcp" and .enforced'
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "refused beside a live policy" leveectl apply "$work/require.yaml"
	check_eq "which stays" "$(cat /sys/kernel/levee/generation)" "$generation"
	check_match "and works" "$(acts)" "tcp4 ECONNREFUSED"
	sysctl -qw kernel.ftrace_enabled=1
elif grep -q "Operation not supported" "$work/err"; then
	# Newer kernels do not have the switch any more, whoever uses ftrace.
	check_eq "nothing is hooked, yet ftrace stays on" \
		"$(leveectl status --json | jq -r '.hooks.local_out') $(sysctl -n kernel.ftrace_enabled)" "idle 1"
else
	skip "without ftrace" "it cannot be switched off here: $(<"$work/err")"
fi

# A later commit tries again.
check "apply with ftrace" leveectl apply "$work/require.yaml"
check_eq "armed" "$(hook_states)" armed
check_match "backend" "$(backend)" '^(bpf_lsm|security)_socket_connect'
check_match "enforced at the socket" "$(acts)" "^$with_seat"
check_fails "nothing unenforced for want of hooks" status_line "^unenforced +raw sockets"

# Nobody switches it off while it is in use.
check_fails "ftrace cannot be switched off" sysctl -w kernel.ftrace_enabled=0
check_match "the kernel's answer" "$(sysctl -w kernel.ftrace_enabled=0 2>&1)" "(Device or resource busy|Operation not supported)"
check_eq "it is on" "$(sysctl -n kernel.ftrace_enabled)" 1
check_match "still enforced" "$(acts)" "^$with_seat"

# Somebody else's program on the same function, attached after and before.
btf_id=$(bpftool btf dump file /sys/kernel/btf/vmlinux format raw | sed -n "s/^\[\([0-9]*\)\] FUNC 'bpf_lsm_socket_connect'.*/\1/p")
attach() {
	bpflsm "$btf_id" >"$work/bpf.log" 2>&1 9>&- &
	other=$!
	spawned_pids+=("$other")
	wait_for 10 grep -q attached "$work/bpf.log"
}
detach() {
	kill "$other"
	wait "$other" 2>/dev/null
}
if [[ -z $btf_id ]] || ! grep -qw bpf /sys/kernel/security/lsm; then
	skip "beside BPF" "no BPF LSM here, or no BTF: $(cat /sys/kernel/security/lsm)"
elif attach; then
	check_match "BPF after levee: both decide" "$(acts)" "^${with_seat}other EACCES"
	check "commit beside it" leveectl apply "$work/require.yaml"
	check_match "both after a commit" "$(acts)" "^${with_seat}other EACCES"
	check "flush beside it" leveectl flush
	check_match "BPF alone" "$(acts)" "tcp4 ECONNREFUSED .*raw done other EACCES"
	check "levee after BPF" leveectl apply "$work/require.yaml"
	check_match "levee after BPF: both decide" "$(acts)" "^${with_seat}other EACCES"
	check "flush again" leveectl flush
	check "levee goes" rmmod levee
	check_match "BPF survives it" "$(acts)" "tcp4 ECONNREFUSED .*raw done other EACCES"
	modprobe levee
	check "levee comes back" leveectl apply "$work/require.yaml"
	check_match "both again" "$(acts)" "^${with_seat}other EACCES"
	detach
	check_match "levee alone" "$(acts)" "^${with_seat}other ECONNREFUSED"
	check_eq "no call was missed" "$(leveectl status --json | jq '[.missed[]] | add')" 0
else
	not_ok "BPF after levee" "$(tail -n 3 "$work/bpf.log")"
fi
check "flush" leveectl flush
check_match "nothing is left of it" "$(acts)" "tcp4 ECONNREFUSED .*raw done other ECONNREFUSED"

# SPDX-License-Identifier: GPL-2.0
# timeout: 120
# The LSM seat: what holds without it, who may take it away, and
# others in it.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
cgroup seated
# Whatever fails here, the next case has ftrace.
trap 'sysctl -qw kernel.ftrace_enabled=1; cleanup' EXIT

policy() {
	cat <<END
$1
rules:
  - name: seat
    scope: {cgroup: [/seated]}
    outbound: {effect: prevent, deny: ["127.0.0.1:9999", "[::1]:9999"]}
    listen: {effect: prevent, deny: [9998/tcp, 9998/udp]}
    raw-sockets: {effect: prevent}
END
}
policy "" >"$work/plain.yaml"
policy "require: [socket-hooks]" >"$work/require.yaml"
seats=(socket_bind socket_connect socket_create socket_listen sctp_bind_connect)

# All that the rule has to say, by name and result.
cat >"$work/acts.py" <<'END'
import errno, socket, sys
from results import enter

peer = socket.socket()
peer.bind(("127.0.0.1", 0))
peer.listen()
enter("/seated")
def attempt(name, f):
    try:
        f()
        print(name, "done")
    except OSError as e:
        print(name, errno.errorcode[e.errno])
def tcp(family, to, wait=2):
    s = socket.socket(family)
    s.settimeout(wait)
    try:
        s.connect(to)
    except socket.timeout:
        raise OSError(errno.ETIMEDOUT, "")
    return s
def listen():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", 9998))
    s.listen()
    # Whether anybody gets in.
    tcp(socket.AF_INET, ("127.0.0.1", 9998), 1)
attempt("allowed", lambda: tcp(socket.AF_INET, peer.getsockname()))
attempt("tcp4", lambda: tcp(socket.AF_INET, ("127.0.0.1", 9999)))
attempt("tcp6", lambda: tcp(socket.AF_INET6, ("::1", 9999)))
attempt("udp4", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9999)))
attempt("listen", listen)
attempt("bind", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(("0.0.0.0", 9998)))
attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("other", lambda: tcp(socket.AF_INET, ("127.0.0.1", 7777)))
END
acts() {
	python3 "$work/acts.py" | tr '\n' ' '
}
with_seat='allowed done tcp4 EPERM tcp6 EPERM udp4 EPERM listen EPERM bind EPERM raw EPERM '
hook_states() {
	leveectl status --json | jq -r '[.hooks[$ARGS.positional[]]] | unique | join(" ")' --args "${seats[@]}"
}
status_line() {
	leveectl status | grep -E "$1"
}
backend() {
	leveectl status --json | jq -r '.backend.socket_connect'
}

# Without ftrace there is no seat.
if sysctl -qw kernel.ftrace_enabled=0 2>"$work/err"; then
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "a policy that requires the hooks is refused" leveectl apply "$work/require.yaml" 2>"$work/err"
	check_match "in words" "$(<"$work/err")" "requires socket-hooks"
	check_eq "nothing has changed" "$(cat /sys/kernel/levee/generation)" "$generation"
	check_match "nothing is loaded" "$(leveectl show rules)" "no policy"
	check_eq "nothing is hooked" "$(leveectl status --json | jq -r '.hooks.local_out')" idle
	check "the module can go" rmmod levee
	modprobe levee

	check "one that does not is accepted" leveectl apply "$work/plain.yaml"
	check_eq "its hooks failed" "$(hook_states)" failed
	check_eq "the others are armed" "$(leveectl status --json | jq -r '[.hooks.local_out, .hooks.local_in, .hooks.post_routing] | unique | join(" ")')" armed
	check "status says so" status_line "^hook +socket_connect: failed"
	check "and what it means" status_line "^unenforced +raw sockets"
	check_match "a notice says so" "$(dmesg | grep 'levee: notice' | tail -n 2)" "socket hooks cannot be had"
	# By packets alone: a SYN fails with ECONNREFUSED, another send with EPERM.
	check_match "enforced by packets" "$(acts)" \
		"^allowed done tcp4 ECONNREFUSED tcp6 ECONNREFUSED udp4 EPERM listen (ETIMEDOUT|ECONNREFUSED|ECONNABORTED) bind done raw done "
	check "audit of the packet hook" wait_audit 3 '.rule == "seat" and .feature == "outbound" and .protocol == "tcp" and .enforced and .port == 9999'
	check "audit of listening" wait_audit 3 '.rule == "seat" and .feature == "listen" and .protocol == "tcp" and .enforced'
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "refused beside a live policy" leveectl apply "$work/require.yaml"
	check_eq "which stays" "$(cat /sys/kernel/levee/generation)" "$generation"
	check_match "and works" "$(acts)" "tcp4 ECONNREFUSED"
	sysctl -qw kernel.ftrace_enabled=1
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
	skip "beside BPF" "no BPF LSM here: $(cat /sys/kernel/security/lsm)"
elif attach; then
	check_match "BPF after levee: both decide" "$(acts)" "^${with_seat}other EACCES"
	check "commit beside it" leveectl apply "$work/require.yaml"
	check_match "both after a commit" "$(acts)" "^${with_seat}other EACCES"
	check "flush beside it" leveectl flush
	check_match "BPF alone" "$(acts)" "tcp4 ECONNREFUSED .*raw done other EACCES"
	check "levee after BPF" leveectl apply "$work/require.yaml"
	check_match "levee after BPF: both decide" "$(acts)" "^${with_seat}other EACCES"
	detach
	check_match "levee alone" "$(acts)" "^${with_seat}other ECONNREFUSED"
	check_eq "no call was missed" "$(leveectl status --json | jq '[.missed[]] | add')" 0
else
	not_ok "BPF after levee" "$(tail -n 3 "$work/bpf.log")"
fi
check "flush" leveectl flush
check_match "nothing is left of it" "$(acts)" "tcp4 ECONNREFUSED .*raw done other ECONNREFUSED"

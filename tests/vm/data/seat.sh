# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # with_seat and without_seat are for the cases
# For the cases about the LSM seat: a rule, everything that it has to say, and
# what is reported of the hooks. Source it after making the cgroup `seated`.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)

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
# By packets alone, a SYN fails with ECONNREFUSED, another send with EPERM.
without_seat='allowed done tcp4 ECONNREFUSED tcp6 ECONNREFUSED udp4 EPERM listen (ETIMEDOUT|ECONNREFUSED|ECONNABORTED) bind done raw done '
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
last_notices() {
	dmesg | grep 'levee: notice' | tail -n 2
}
# Somebody else may change these functions from now on, or again not.
squat() {
	insmod /usr/lib/levee-test/squatter.ko functions="$1"
}
unsquat() {
	rmmod squatter
}

# check_none WHY: the hooks could not be had when the plain policy was applied, and that is said.
check_none() {
	check_eq "$1: its hooks failed" "$(hook_states)" failed
	check "$1: status says so, and why" status_line "^hook +socket_connect: failed.*ftrace is off, or another has it"
	check "$1: and what it means" status_line "^unenforced +raw sockets"
	check_match "$1: a notice says so, and why" "$(last_notices)" "socket hooks cannot be had \(.*another has it\)"
}

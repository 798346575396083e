# SPDX-License-Identifier: GPL-2.0
# timeout: 400
# block: the network of the workload is cut, every task in it is
# killed however it forks, nothing outside is touched; it stays cut until
# released or gone; never global init, never the hand that holds the policy.

work=$(mktemp -d)
link_netns box far 72.0
in_netns far busybox httpd -p 80 -h "$work"
echo hello >"$work/index.html"

# nsenter rather than ip: that hides /sys/fs/cgroup, where some move themselves.

# Several workloads of their own, side by side, and one that is nobody's.
for name in bomb bomb2 hand witness; do
	cgroup "$name"
done
mkdir -p "$cgroups"/bomb/a/b "$cgroups"/bomb/dom/threads
echo threaded >"$cgroups/bomb/dom/threads/cgroup.type" || bail "no threaded cgroups"
# Should the stop not work, the guest survives.
echo 2000 >"$cgroups/bomb/pids.max"

cat >"$work/policy.yaml" <<END
rules:
  - name: bomb
    scope: {cgroup: [/bomb, /bomb2, /hand, /init.scope]}
    outbound: {effect: block, deny: [10.72.0.2:9/tcp]}
END
leveectl apply "$work/policy.yaml" || bail "the policy was refused"

quarantined() {
	leveectl show workloads --json | jq -e ".workloads[] | select(.path == \"$1\") | .quarantined" >/dev/null
}
populated() {
	grep -q 'populated 1' "$cgroups/$1/cgroup.events"
}
is_empty() {
	! populated "$1"
}
hundredths() {
	local up
	read -r up _ </proc/uptime
	echo "${up/./}"
}

# Beside: the same network, a name that begins alike, a rule of its own.
spawn in_cgroup bomb2 sleep 1000
spawn contained witness box sleep 1000
# The process itself; $spawned is the shell that waits for it.
pid_in() {
	pgrep --cgroup "/$1" -x "$2"
}
wait_for 10 pid_in bomb2 sleep
beside=$(pid_in bomb2 sleep)
wait_for 10 pid_in witness sleep
witness=$(pid_in witness sleep)

# Sockets made inside, held outside: the process has left before the block.
cat >"$work/lent.py" <<'END'
import os, socket, sys, time
out = open(sys.argv[1], "w", buffering=1)
far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
near = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
far.bind(("10.72.0.1", 5000))
near.bind(("127.0.0.1", 5000))
open("/sys/fs/cgroup/witness/cgroup.procs", "w").write(str(os.getpid()))
for line in open(sys.argv[2]):
    for name, s, to in (("far", far, "10.72.0.2"), ("near", near, "127.0.0.1")):
        try:
            s.sendto(b"x", (to, 6000))
            print(line.strip(), name, "sent", file=out)
        except OSError as e:
            # Refused by the receiver is none of levee's business.
            print(line.strip(), name, "sent" if e.errno == 111 else f"errno {e.errno}", file=out)
END
mkfifo "$work/lent.ctl"
spawn in_cgroup bomb nsenter --net=/run/netns/box python3 "$work/lent.py" "$work/lent.log" "$work/lent.ctl"
exec 5<>"$work/lent.ctl"
wait_for 20 pid_in witness python3
lent=$(pid_in witness python3)
echo before >&5
wait_for 5 grep -q '^before near' "$work/lent.log"
check_eq "lent sockets send before the block" "$(cat "$work/lent.log")" "before far sent
before near sent"

# The herd, in nested, plain and threaded children.
spawn contained bomb box herd fork 700
spawn contained bomb/a/b box herd fork 300
spawn in_cgroup bomb/a herd headless
spawn in_cgroup bomb/dom herd headless "$cgroups/bomb/dom/threads/cgroup.threads"
big() {
	[[ $(<"$cgroups/bomb/pids.current") -ge 1000 ]]
}
wait_for 30 big || bail "the herd does not grow: $(<"$cgroups/bomb/pids.current")"
# Its main thread is a zombie, three others live.
headless() {
	local pid
	pid=$(head -n 1 "$cgroups/$1/cgroup.procs")
	[[ -n $pid ]] && grep -q '^State:.*Z' "/proc/$pid/status" && [[ $(grep Threads "/proc/$pid/status") == *4 ]]
}
check "a process without its main thread" wait_for 10 headless bomb/a
check "a process without its main thread, in a threaded domain" wait_for 10 headless bomb/dom
check_eq "threads in the threaded cgroup" "$(wc -l <"$cgroups/bomb/dom/threads/cgroup.threads")" 3

# The act waits for a word: with a thousand others, even starting takes its time.
mkfifo "$work/act.ctl"
exec 6<>"$work/act.ctl"
spawn contained bomb/a/b box bash -c "read -r word <$work/act.ctl; exec 3<>/dev/tcp/10.72.0.2/9; sleep 100"
wait_for 20 pid_in bomb/a/b bash
start=$(hundredths)
echo go >&6
wait_for 30 is_empty bomb
took=$(($(hundredths) - start))
echo "the stop took $took hundredths of a second"
check_fails "the workload is dead" populated bomb
# A thousand deaths take an emulated machine its time; levee itself gives up after 30 s.
if [[ $took -le 1500 ]]; then ok "within seconds"; else not_ok "within seconds" "$took hundredths"; fi
check_eq "no thread is left" "$(find "$cgroups/bomb" -name cgroup.threads -exec cat {} +)" ""
check "the process beside lives" kill -0 "$beside"
check "the witness lives" kill -0 "$witness"
check "who left before lives" kill -0 "$lent"
check "the workload is quarantined" quarantined /bomb
check_fails "the one beside is not" quarantined /bomb2
check "audit" wait_audit 3 '.workload == "/bomb" and .effect == "block" and .enforced and .reason == "denied" and .port == 9'
notices() {
	dmesg | grep -F 'levee: notice' | grep -cF "$1"
}
stopped() {
	[[ $(notices 'workload /bomb is stopped') -ge 1 ]]
}
check "notice" wait_for 5 stopped
check_eq "blocked, once" "$(cat /sys/kernel/levee/rules/0/blocked)" 1

# Quarantine. Nothing leaves of what was made inside.
echo after >&5
wait_for 5 grep -q '^after near' "$work/lent.log"
check_eq "lent sockets send nothing" "$(grep after "$work/lent.log")" "after far errno 1
after near errno 1"

# Who is put there later gets EPERM from every hook, with sockets of its own
# and with sockets that it brings; it is not killed any more.
cat >"$work/try.py" <<'END'
import os, socket, sys
held = {
    "connect": socket.socket(),
    "connect6": socket.socket(socket.AF_INET6),
    "listen": socket.socket(),
    "bind": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "send": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "send6": socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
    "loopback": socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "loopback6": socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
}
held["listen"].bind(("", 0))
open("/sys/fs/cgroup/bomb/a/cgroup.procs", "w").write(str(os.getpid()))
def attempt(name, f, *args):
    try:
        f(*args)
        print(name, "done")
    except OSError as e:
        print(name, "done" if e.errno == 111 else f"errno {e.errno}")
attempt("connect", held["connect"].connect, ("10.72.0.2", 80))
attempt("connect6", held["connect6"].connect, ("fd00:72::2", 80))
attempt("listen", held["listen"].listen)
attempt("bind", held["bind"].bind, ("127.0.0.1", 5001))
attempt("send", held["send"].sendto, b"x", ("10.72.0.2", 6000))
attempt("send6", held["send6"].sendto, b"x", ("fd00:72::2", 6000))
attempt("loopback", held["loopback"].sendto, b"x", ("127.0.0.1", 6000))
attempt("loopback6", held["loopback6"].sendto, b"x", ("::1", 6000))
for name, family, kind in (
    ("inet", socket.AF_INET, socket.SOCK_STREAM), ("inet6", socket.AF_INET6, socket.SOCK_DGRAM),
    ("unix", socket.AF_UNIX, socket.SOCK_STREAM), ("raw", socket.AF_INET, socket.SOCK_RAW),
    ("packet", socket.AF_PACKET, socket.SOCK_RAW),
):
    attempt("socket " + name, socket.socket, family, kind, 1 if name == "raw" else 0)
END
nsenter --net=/run/netns/box python3 "$work/try.py" >"$work/try.log"
check_eq "EPERM from every hook" "$(grep -v 'errno 1$' "$work/try.log")" ""
check_eq "all was tried" "$(wc -l <"$work/try.log")" 13
cat "$work/try.log"

# Released, all of that works again.
check "release" leveectl release /bomb
check_fails "no longer quarantined" quarantined /bomb
check_status 1 "release twice" leveectl release /bomb
nsenter --net=/run/netns/box python3 "$work/try.py" >"$work/try.log"
check_eq "works after release" "$(grep -v 'done$' "$work/try.log" | grep -v '^socket \(raw\|packet\)')" ""
echo released >&5
wait_for 5 grep -q '^released near' "$work/lent.log"
check_eq "lent sockets send after release" "$(grep released "$work/lent.log")" "released far sent
released near sent"

# Global init is nobody to stop. The act is still prevented, and the audit
# does not claim more.
deny_in() {
	in_cgroup "$1" ip netns exec box bash -c 'exec 2>&1; (exec 3<>/dev/tcp/10.72.0.2/9) || sleep 2; echo survived' 9>&-
}
check_match "init's cgroup: prevented" "$(deny_in init.scope)" "not permitted.*survived"
check_fails "init's cgroup: not quarantined" quarantined /init.scope
check "init's cgroup: enforced=no" wait_audit 3 '.workload == "/init.scope" and .effect == "block" and .enforced == false'
check "init lives" kill -0 1

# So is the hand that holds the policy.
check "commit from the workload itself" in_cgroup hand leveectl apply "$work/policy.yaml"
check_match "the hand: prevented" "$(deny_in hand)" "not permitted.*survived"
check_fails "the hand: not quarantined" quarantined /hand
check "the hand: enforced=no" wait_audit 3 '.workload == "/hand" and .effect == "block" and .enforced == false'
# It is the hand no more when another commits.
check "commit from elsewhere" leveectl apply "$work/policy.yaml"
check_match "no longer the hand: killed" "$(deny_in hand; echo "status $?")" "status 137"
check "no longer the hand: quarantined" quarantined /hand

# A quarantine outlives flush, and holds the module: flushing is no way out.
check_match "another workload is killed" "$(deny_in bomb2; echo "status $?")" "status 137"
check_fails "with who was beside" kill -0 "$beside"
check "flush" leveectl flush
check "quarantine outlives flush" quarantined /bomb2
check_fails "quarantine holds the module" rmmod levee
nsenter --net=/run/netns/box python3 - >"$work/after-flush.log" 2>&1 <<'END'
import os, socket
open("/sys/fs/cgroup/bomb2/cgroup.procs", "w").write(str(os.getpid()))
socket.socket()
END
check_match "still cut after flush" "$(<"$work/after-flush.log")" "PermissionError"

# It ends with its cgroup, whatever the kernel still remembers of that: here
# page cache, which is charged to it until memory is short.
echo +memory >"$cgroups/cgroup.subtree_control"
in_cgroup bomb2 dd if=/dev/urandom of=/root/pinned bs=64k count=16 status=none
gone() {
	rmdir "$cgroups/bomb2" 2>/dev/null
	[[ ! -d $cgroups/bomb2 ]] && ! quarantined /bomb2
}
check "the quarantine ends with its cgroup" wait_for 10 gone
# /hand may be cut as well.
leveectl release /hand
check "rmmod after that" wait_for 5 rmmod levee
check "load again" modprobe levee
rm -f /root/pinned
exec 5>&- 6>&-

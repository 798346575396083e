# SPDX-License-Identifier: GPL-2.0
# timeout: 150
# A commit reaches what is open already: flows that it denies are
# destroyed at their next packet, the others never notice.

work=$(mktemp -d)
link_netns box far 71.0
cgroup live

# Both ends. Each flow sends a little every 100 ms, unless it is idle; what
# happens to it goes to LOG as `TIME NAME WHAT`, once for each change. `owner`
# has the flows that the policy is about, `peer` the other ends.
cat >"$work/flows.py" <<'END'
import errno, os, select, socket, sys, threading, time

role, log_path, ctl_path = sys.argv[1:]
log = open(log_path, "w", buffering=1)
V4, V6 = "10.71.0.2", "fd00:71:0::2"
lock = threading.Lock()
last = {}

def say(name, what):
    with lock:
        if last.get(name) != what:
            last[name] = what
            print(f"{time.monotonic():.3f} {name} {what}", file=log)

def name_of(e):
    return errno.errorcode.get(e.errno, str(e.errno))

def talk(name, s, period):
    """Send and receive until an error; 'alive' is said again after a 'mark'."""
    s.setblocking(False)
    while True:
        r, _, _ = select.select([s], [], [], period)
        try:
            if r and not s.recv(2048):
                say(name, "EOF")
                return
            if r:
                say(name, f"alive {marks[0]}")
        except OSError as e:
            if e.errno != errno.EAGAIN:
                say(name, name_of(e))
                return
        if not r or period < 1:
            try:
                if name not in idle or name in woken:
                    s.send(b"x")
                    woken.discard(name)
            except OSError as e:
                say(name, "send " + name_of(e))
                if e.errno not in (errno.EPERM, errno.EAGAIN):
                    say(name, name_of(e))
                    return
        time.sleep(0.1)

def unconnected(name, s, to):
    s.settimeout(0.1)
    while True:
        try:
            s.sendto(b"x", to)
            s.recv(100)
            say(name, f"alive {marks[0]}")
        except socket.timeout:
            say(name, f"silent {marks[0]}")
        except OSError as e:
            say(name, name_of(e))
            if e.errno != errno.EPERM:
                return
        time.sleep(0.1)

def start(f, *args):
    threading.Thread(target=f, args=args, daemon=True).start()

marks = ["0"]
woken = set()
idle = {"idle-out", "idle-in"}

def echo(name, s):
    try:
        while True:
            data = s.recv(2048)
            if not data:
                say(name, "EOF")
                return
            say(name, f"got {marks[0]}")
            s.send(data)
    except OSError as e:
        say(name, name_of(e))

def serve(s):
    while True:
        c, _ = s.accept()
        # The first line is the flow's name.
        name = b""
        while not name.endswith(b"\n"):
            name += c.recv(1)
        name = name.decode().strip()
        conns[name] = c
        start(echo, name, c)

def udp_echo(s):
    while True:
        try:
            data, who = s.recvfrom(2048)
            s.sendto(data, who)
        except OSError:
            pass

conns = {}
if role == "peer":
    for family, port in ((socket.AF_INET, 7000), (socket.AF_INET6, 7000)):
        s = socket.socket(family)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(("", port))
        s.listen(20)
        start(serve, s)
        u = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            u.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        u.bind(("", port))
        start(udp_echo, u)
else:
    def out(name, family, to, kind=socket.SOCK_STREAM):
        s = socket.socket(family, kind)
        s.connect((to, 7000))
        if kind == socket.SOCK_STREAM:
            s.send(name.encode() + b"\n")
        start(talk, name, s, 0.1)
    out("tcp4", socket.AF_INET, V4)
    out("tcp6", socket.AF_INET6, V6)
    out("udp4", socket.AF_INET, V4, socket.SOCK_DGRAM)
    out("udp6", socket.AF_INET6, V6, socket.SOCK_DGRAM)
    out("idle-out", socket.AF_INET, V4)
    out("idle-in", socket.AF_INET, V4)
    start(unconnected, "loose4", socket.socket(socket.AF_INET, socket.SOCK_DGRAM), (V4, 7000))
    start(unconnected, "loose6", socket.socket(socket.AF_INET6, socket.SOCK_DGRAM), (V6, 7000))
    s = socket.socket(socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", 7001))
    s.listen(20)
    start(serve, s)

say("all", "ready")
# Commands by FIFO: mark N; wake NAME (an idle flow sends once); dial NAME
# (connect to the owner's listener); send NAME (the peer's end sends).
while True:
    with open(ctl_path) as ctl:
        for line in ctl:
            words = line.split()
            if words[0] == "mark":
                marks[0] = words[1]
            elif words[0] == "wake":
                woken.add(words[1])
            elif words[0] == "dial":
                s = socket.create_connection(("10.71.0.1", 7001))
                s.send(words[1].encode() + b"\n")
                start(talk, words[1], s, 0.1)
            elif words[0] == "send":
                try:
                    conns[words[1]].send(b"y")
                except OSError as e:
                    say(words[1], "send " + name_of(e))
END

mkfifo "$work/owner.ctl" "$work/peer.ctl"
in_netns far python3 "$work/flows.py" peer "$work/peer.log" "$work/peer.ctl" &
spawned_pids+=("$!")
wait_for 20 grep -q ready "$work/peer.log" || bail "the peer does not start"

policy() {
	cat <<END
rules:
  - name: live
    scope: {cgroup: [/live]}
    outbound: {effect: $1, deny: [$2]}
    listen: {effect: prevent, deny: [$3]}
END
}

# Older than the policy, and older than the hooks.
contained live box python3 "$work/flows.py" owner "$work/owner.log" "$work/owner.ctl" &
spawned_pids+=("$!")
wait_for 20 grep -q ready "$work/owner.log" || bail "the owner does not start"
echo dial accepted >"$work/peer.ctl"

mark() {
	echo "mark $1" >"$work/owner.ctl"
	echo "mark $1" >"$work/peer.ctl"
}
has() {
	grep -qE "^[0-9.]+ $2\$" "$work/$1.log"
}
# Seconds from MOMENT to the first WHAT after it, at LOG owner or peer.
delay() {
	awk -v from="$2" -v want="$3" '$1 >= from && substr($0, length($1) + 2) ~ "^" want "$" { printf "%.2f", $1 - from; exit }' "$work/$1.log"
}
uptime_now() {
	local up
	read -r up _ </proc/uptime
	echo "$up"
}
all_alive() {
	local name
	for name in tcp4 tcp6 udp4 udp6 loose4 loose6; do
		has owner "$name alive $1" || return 1
	done
	has peer "accepted alive $1"
}
# check_within NAME LOG MOMENT WHAT: WHAT is in the log less than a second after it.
check_within() {
	local got
	got=$(delay "$2" "$3" "$4")
	if [[ -z $got ]]; then
		not_ok "$1" "no '$4' in: $(tail -n 12 "$work/$2.log" | tr '\n' ';')"
	elif awk -v d="$got" 'BEGIN { exit !(d <= 1.0) }'; then
		ok "$1"
	else
		not_ok "$1" "'$4' after $got s"
	fi
}

mark 1
check "all flows work" wait_for 10 all_alive 1

# A commit that denies something else. Everything goes on.
policy prevent 192.0.2.1 9999/tcp | apply
mark 2
check "live through a commit that allows them" wait_for 10 all_alive 2
policy prevent 192.0.2.2 9999/tcp | apply
mark 3
check "live through a second commit" wait_for 10 all_alive 3
check_fails "no error so far" grep -E ' (E[A-Z]+|send E[A-Z]+)$' "$work/owner.log" "$work/peer.log"

# alert denies nothing.
policy alert "10.71.0.2, \"fd00:71:0::2\"" 9999/tcp | apply
mark 4
check "live through alert" wait_for 10 all_alive 4
check "audit of a live connection" wait_audit 3 '.feature == "outbound" and .protocol == "tcp" and .effect == "alert" and .address == "10.71.0.2"'

# The commit that denies. The owner's processes are not asked.
policy prevent "10.71.0.2, \"fd00:71:0::2\"" 9999/tcp >"$work/deny.yaml"
mark 5
committed=$(uptime_now)
leveectl apply "$work/deny.yaml" || bail "the policy was refused"
sleep 2
for name in tcp4 tcp6; do
	check_within "$name owner" owner "$committed" "$name ECONNABORTED"
	check_within "$name peer" peer "$committed" "$name ECONNRESET"
done
for name in udp4 udp6; do
	check_within "$name owner" owner "$committed" "$name ECONNABORTED"
done
for name in loose4 loose6; do
	check_within "$name loses its datagrams" owner "$committed" "$name EPERM"
done
check_fails "idle flows are left alone while idle" grep -E ' idle-(in|out) E' "$work/owner.log"
check "the accepted connection is not outbound" has peer "accepted alive 5"
for address in 10.71.0.2 fd00:71::2; do
	for protocol in tcp udp; do
		check "audit $protocol $address" wait_audit 3 \
			".feature == \"outbound\" and .protocol == \"$protocol\" and .address == \"$address\" and .effect == \"prevent\" and .enforced and .reason == \"denied\""
	done
done

# Idle flows end at their next packet: one that the owner sends, one that
# answers the peer.
woken=$(uptime_now)
echo wake idle-out >"$work/owner.ctl"
echo send idle-in >"$work/peer.ctl"
sleep 1.5
check_within "idle, its owner sends" owner "$woken" "idle-out ECONNABORTED"
check_within "idle, its owner sends: peer" peer "$woken" "idle-out ECONNRESET"
check_within "idle, its peer sends" owner "$woken" "idle-in ECONNABORTED"
check_within "idle, its peer sends: peer" peer "$woken" "idle-in ECONNRESET"
check_fails "nothing idle got through" has peer "idle-out got .*"

# Unconnected sockets are the same ones as before.
policy prevent 192.0.2.1 9999/tcp | apply
mark 6
check "loose4 lives on" wait_for 5 has owner "loose4 alive 6"
check "loose6 lives on" wait_for 5 has owner "loose6 alive 6"
check_fails "what was destroyed stays destroyed" grep -E ' (tcp|udp)[46] alive 6' "$work/owner.log"

# The peer opened that one: listen governs it, and says no now.
committed=$(uptime_now)
policy prevent 192.0.2.1 7001/tcp | apply
sleep 1.5
check_within "accepted, owner" owner "$committed" "accepted ECONNABORTED"
check_within "accepted, peer" peer "$committed" "accepted ECONNRESET"
check "audit of listen" wait_audit 3 '.feature == "listen" and .port == 7001 and .effect == "prevent" and .enforced'

sed 's/^/owner: /' "$work/owner.log"
sed 's/^/peer: /' "$work/peer.log"

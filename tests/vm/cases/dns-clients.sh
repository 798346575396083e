# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# shellcheck disable=SC2154 # what comes from lib.sh
# Real resolvers and tools: what they may ask is answered, what they may not never
# reaches the name server, and each such name is reported once, as what it was.

group=case-clients
export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
# podman leaves conmon where it is when a service runs it; a person's does not.
unset INVOCATION_ID
cgroup "$group"
link_netns box far 77.0
# The guest's own is a link to what nobody has made yet, and cannot be bound over.
mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")"
touch "$(readlink -m /etc/resolv.conf)"
mkdir -p /etc/netns/box
printf 'nameserver 10.77.0.2\noptions timeout:1 attempts:1\n' >/etc/netns/box/resolv.conf
server=10.77.0.2 server6=fd00:77::2
record=/run/dns.record rows=/run/clients.rows
spawn in_netns far python3 /root/data/nameserver.py $record 53 $server $server6

policy() {
	phase=$1
	: >$rows
	apply <<-END
		rules:
		  - name: clients
		    scope: {cgroup: ["/$group", "/machine.slice/libpod-*"], not: {cgroup: ["/machine.slice/libpod-conmon-*"]}}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, default: deny}
		    dns: {effect: $phase, allow: [.test, .in-addr.arpa], deny: [.denied.test, .2.0.192.in-addr.arpa]}
	END
}

# The addresses that a name has are in it.
host=a-192-0-2-7.q-20010db8000000000000000000000007
v4='192\.0\.2\.7' v6='2001:db8::7'
# LABEL SERVER PROTOCOL TYPES WANT CMD... with @NAME for the name: WANT is in the
# output where the name is answered.
client() {
	local label=$1 at=$2 proto=$3 types=$4 want=$5 ok=${good:-$host.$1.good.test} no=${bad:-$host.$1.$phase.denied.test} out
	shift 5
	echo "$label ${workload:-/$group} $at ${to:-$at} $proto $types $ok $no ${entry:-.denied.test}" >>$rows
	if [[ $phase == prevent ]]; then
		out=$("${@//@NAME/$ok}" 2>&1)
		check_match "$label" "$out" "$want"
		# No answer comes.
		patience=1
		out=$("${@//@NAME/$no}" 2>&1)
		patience=2
		echo "$out"
		[[ -z $want ]] || if [[ $out =~ $want ]]; then not_ok "$label-denied" "'$out'"; else ok "$label-denied"; fi
	else
		out=$("${@//@NAME/$no}" 2>&1)
		check_match "$label-reported" "$out" "$want"
	fi
}
patience=2
inside() {
	contained "$group" box "$@"
}
digs() {
	inside dig +time=$patience +tries=1 "$@"
}

cat >/run/clients.py <<'END'
import collections, datetime, json, subprocess, sys
from results import *

phase, record, rows, since = sys.argv[1:]
TYPES = {"A": 1, "PTR": 12, "TXT": 16, "AAAA": 28, "SVCB": 64, "HTTPS": 65, "AXFR": 252, "ANY": 255}
seen = {line.lower().rstrip("\n") for line in open(record)}
audits = collections.defaultdict(list)
for event in json.loads(subprocess.check_output(["leveectl", "audits", "--json"]))["events"]:
    if event["seq"] > int(since):
        audits[event.get("domain")].append(event)

def when(event):
    return datetime.datetime.fromisoformat(event["time"][:26])

def faults(workload, at, to, proto, types, good, bad, entry):
    def arrived(name):
        return [kind for kind in types if f"{proto} {to} {name} {TYPES[kind]}".lower() in seen]
    if phase == "prevent":
        if arrived(good) != types:
            yield f"of {good} only {arrived(good)} arrived"
        yield from (f"it arrived: {line}" for line in seen if bad.lower() in line)
    elif arrived(bad) != types:
        yield f"of {bad} only {arrived(bad)} arrived"
    first = {}
    for event in audits.pop(bad.lower(), []):
        kind = event["qtype"]
        # Who asks again is reported again, once the first report is 10 s old.
        if kind in first and (when(event) - when(first[kind])).total_seconds() < 9.9:
            yield f"reported twice: {event}"
        first.setdefault(kind, event)
        want = dict(workload=workload, rule="clients", feature="dns", effect=phase, enforced=True, reason="denied",
                    entry=entry, address=at, port=53, protocol=proto)
        yield from (f"{key} is {event.get(key)!r}, not {want[key]!r}" for key in want if event.get(key) != want[key])
    # Who is refused the first of several types may not try the others.
    if not first or set(first) - set(types) or phase == "alert" and len(first) != len(types):
        yield f"reported were {list(first)}, not {types}"

for line in open(rows):
    label, workload, at, to, proto, types, good, bad, entry = line.split()
    wrong = list(faults(workload, at, to, proto, types.split(","), good, bad, entry))
    say(not wrong, f"{label}-{phase}", "; ".join(wrong))
same(f"{phase}-no-other-audit", {name: len(events) for name, events in audits.items()}, {})
END

# A stub resolver and forwarders of the workload's own; the second ports are no
# ports of DNS, so that what they send is what is judged.
cat >/run/resolved.conf <<END
[Resolve]
DNS=$server
FallbackDNS=
DNSSEC=no
DNSOverTLS=no
LLMNR=no
MulticastDNS=no
Cache=no
DNSStubListenerExtra=udp:127.0.0.1:5354
END
forwarder() {
	cat >"/run/unbound.$1" <<-END
		server:
			interface: 127.0.0.1@$1
			$3
			username: ""
			chroot: ""
			pidfile: ""
			use-syslog: no
			do-daemonize: no
			module-config: "iterator"
			use-caps-for-id: yes
			do-not-query-localhost: no
			tcp-upstream: $2
			local-zone: "test." nodefault
		forward-zone:
			name: "."
			forward-addr: $server
		remote-control:
			control-enable: no
	END
	spawn inside unbound -d -c "/run/unbound.$1"
}

policy prevent
# shellcheck disable=SC2016 # for the inner shell
spawn inside unshare -m bash -c 'mount -t tmpfs -o mode=755 tmpfs /run/systemd/resolve &&
	chown systemd-resolve: /run/systemd/resolve &&
	mount --bind /run/resolved.conf /etc/systemd/resolved.conf &&
	SYSTEMD_LOG_TARGET=console exec /lib/systemd/systemd-resolved'
forwarder 5355 no 'interface: 127.0.0.1@53'
forwarder 5356 yes ''
container clients --network ns:/run/netns/box --dns $server -v /levee-test/bin:/progs:ro
wait_for 20 grep -q . $record || wait_for 20 digs +short @$server up.test >/dev/null || bail "no name server" server
for port in 5354 5355 5356; do
	wait_for 20 digs +short -p $port @127.0.0.1 up.test >/dev/null || bail "no resolver at port $port" server
done

clients() {
	# libc's, and what has its own instead
	client glibc $server udp A,AAAA "$v4.*$v6|$v6.*$v4" inside getent ahosts @NAME
	client glibc-python $server udp A,AAAA "$v4.*$v6|$v6.*$v4" \
		inside python3 -c 'import socket, sys; print(socket.getaddrinfo(sys.argv[1], 80))' @NAME
	client musl $server udp A,AAAA "$v4.*$v6|$v6.*$v4" inside lookup-musl @NAME
	client go $server udp A,AAAA "$v4.*$v6|$v6.*$v4" inside lookup-go @NAME
	client busybox $server udp A,AAAA "$v4" inside busybox nslookup @NAME $server
	client host $server udp A "$v4" inside host -t A -W 1 -R 1 @NAME
	client nslookup $server udp A,AAAA "$v4" inside nslookup -timeout=1 -retry=0 @NAME
	client delv $server udp A "$v4" inside delv -i +noroot @$server @NAME A

	client dig $server udp A "$v4" digs +short @$server @NAME
	client dig6 $server6 udp A "$v4" digs +short @$server6 @NAME
	client dig-tcp $server tcp A "$v4" digs +tcp +short @$server @NAME

	# The workload's own resolvers: what they are asked by DNS, and what they ask.
	to=$server client resolved-stub 127.0.0.53 udp A "$v4" digs +short @127.0.0.53 @NAME
	client resolved $server udp A "$v4" digs +short -p 5354 @127.0.0.1 @NAME
	to=$server client unbound-stub 127.0.0.1 udp A "$v4" digs +short @127.0.0.1 @NAME
	client unbound $server udp A "$v4" digs +short -p 5355 @127.0.0.1 @NAME
	client unbound-tcp $server tcp A "$v4" digs +short -p 5356 @127.0.0.1 @NAME

	# A container
	workload=$container_cgroup client podman-busybox $server udp A,AAAA "$v4" podman exec clients nslookup @NAME
	workload=$container_cgroup client podman-musl $server udp A,AAAA "$v4.*$v6|$v6.*$v4" podman exec clients /progs/lookup-musl @NAME
}
# All the forms that a query of dig can have.
forms() {
	client dig6-tcp $server6 tcp AAAA "$v6" digs +tcp +short @$server6 @NAME AAAA
	client dig-512 $server udp A "$v4" digs +bufsize=512 +short @$server @NAME
	client dig-4096 $server udp A "$v4" digs +bufsize=4096 +dnssec +short @$server @NAME
	client dig-noedns $server udp A "$v4" digs +noedns +short @$server @NAME
	client dig-options $server udp A "$v4" digs +cookie=0123456789abcdef +nsid +subnet=192.0.2.0/24 +padding=468 +short @$server @NAME
	client dig-tcp-keep $server tcp A "$v4" digs +tcp +keepalive +short @$server @NAME
	client dig-norecurse $server udp A "$v4" digs +norecurse +cdflag +adflag +short @$server @NAME
	bad=A-192-0-2-7.Dig-Case.$phase.dEnIeD.tEsT good=A-192-0-2-7.dIG-cASE.GooD.teST \
		client dig-case $server udp A "$v4" digs +short @$server @NAME
	for type in AAAA TXT HTTPS SVCB ANY; do
		client "dig-$type" $server "$([[ $type == ANY ]] && echo tcp || echo udp)" $type 'status: NOERROR' digs @$server @NAME $type
	done
	good=7.100.51.198.in-addr.arpa bad=9.2.0.192.in-addr.arpa entry=.2.0.192.in-addr.arpa \
		client dig-PTR $server udp PTR 'status: NOERROR' digs @$server @NAME PTR
	client dig-AXFR $server tcp AXFR '' digs @$server @NAME AXFR
	client dig-UPDATE $server udp A '' digs +opcode=UPDATE @$server @NAME
	client dig-NOTIFY $server tcp A '' digs +tcp +opcode=NOTIFY @$server @NAME
}

clients
forms
relay python3 /run/clients.py prevent $record $rows "$audits_since"

# -x, and what comes truncated and is asked for again.
check_match dig-x "$(digs +noall +comments -x 198.51.100.8 @$server)" 'status: NOERROR'
for name in glibc go resolved; do
	case $name in
	glibc) command=(inside getent ahosts) ;;
	go) command=(inside lookup-go) ;;
	resolved) command=(digs +short -p 5354 @127.0.0.1) ;;
	esac
	check_match "truncated-$name" "$("${command[@]}" "tc.$host.$name.good.test" 2>&1)" "$v4"
	check "truncated-$name-tcp" grep -q "^tcp $server tc.$host.$name.good.test 1$" $record
done

# The error is the call's.
traced() {
	inside strace -f -qq -e trace=sendto,sendmsg,sendmmsg "$@" 2>&1
}
check_match eperm-glibc "$(traced getent ahosts traced.denied.test)" 'sendmmsg\(.* = -1 EPERM'
check_match eperm-musl "$(traced lookup-musl traced.denied.test)" 'sendto\(.* = -1 EPERM'
check_match eperm-dig "$(traced dig +time=1 +tries=1 @$server traced.denied.test)" 'sendm?msg\(.* = -1 EPERM'
check_match eperm-go "$(inside lookup-go traced-go.denied.test 2>&1)" 'write: operation not permitted'
check_fails never-left grep -i 'denied' $record

policy alert
clients
relay python3 /run/clients.py alert $record $rows "$audits_since"
rm -rf /etc/netns/box

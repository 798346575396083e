# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# Real resolvers under outbound prevent and default deny. They connect() datagram
# sockets to every address of an answer, to sort them: nothing is sent, so
# nothing is said.

group=case-resolvers
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.53
# The guest's own is a link to what nobody has made yet, and cannot be bound over.
mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")"
touch "$(readlink -m /etc/resolv.conf)"
mkdir -p /etc/netns/box
printf 'nameserver 10.77.0.2\noptions timeout:2 attempts:1\n' >/etc/netns/box/resolv.conf
peer far box 10.77.0.2 tcp:80

cat >/run/unbound.conf <<-END
	server:
		interface: 0.0.0.0
		interface: ::0
		interface-automatic: yes
		access-control: 0.0.0.0/0 allow
		access-control: ::/0 allow
		username: ""
		chroot: ""
		pidfile: ""
		use-syslog: no
		do-daemonize: no
		module-config: "iterator"
		local-zone: "test." static
		local-data: "multi.test. A 10.77.0.2"
		local-data: "multi.test. A 169.254.169.254"
		local-data: "multi.test. A 198.51.100.1"
		local-data: "multi.test. AAAA fd00:77::2"
		local-data: "multi.test. AAAA 2001:db8::bad"
END
spawn in_netns far unbound -d -c /run/unbound.conf >/run/unbound.log 2>&1

apply <<-END
	rules:
	  - name: resolver rule
	    scope: {cgroup: ["/$group"]}
	    raw-sockets: {effect: prevent, allow: [icmp/raw]}
	    outbound: {effect: prevent, default: deny, allow: ["10.77.0.2:53/udp", "10.77.0.2:53/tcp", "10.77.0.2:80/tcp"]}
END

inside() {
	contained "$group" box "$@"
}
resolves() {
	inside "$@" 2>&1 | tee /run/answer | grep -q '10\.77\.0\.2'
}
check dig wait_for 20 resolves dig +short +time=2 +tries=1 @10.77.0.2 multi.test
check dig-tcp resolves dig +tcp +short +time=2 +tries=1 @10.77.0.2 multi.test
check glibc resolves getent ahosts multi.test
check glibc-all grep -q 169.254.169.254 /run/answer
check glibc-all6 grep -q 2001:db8::bad /run/answer
check busybox resolves busybox nslookup multi.test 10.77.0.2
check python resolves python3 -c 'import socket; print(socket.getaddrinfo("multi.test", 80))'
no_audit quiet

# The name is no way to what is not allowed: a client tries each address in turn.
forget far
reaches() {
	inside python3 -c 'import socket
s = socket.create_connection(("multi.test", 80), 5)
s.send(b"x")
assert s.recv(1) == b"x"'
}
check client reaches
check client-went arrived far '^tcp 10.77.0.2 80 S'
check_fails client-elsewhere arrived far '^(tcp|udp) (169|198|2001)'

# A resolver of its own choice is out of reach.
forget far
mark_audits
check_fails other-server resolves dig +short +time=1 +tries=1 @192.0.2.53 multi.test
check_fails other-server-arrived arrived far '^udp 192.0.2.53 '
audits '.address == "192.0.2.53"' >/run/audits
check_match other-server-audit "$(tail -n 1 /run/audits)" '"workload":"/case-resolvers".*"reason":"not-allowed".*"port":53'
check other-server-answers in_netns box dig +short +time=2 +tries=1 @192.0.2.53 multi.test

# A workload may have namespaces of its own, and set them up.
check unshare inside unshare -n bash -c 'ip link set lo up && ping -c 1 -W 2 127.0.0.1' </dev/null
check unshare-user inside setpriv --reuid 4242 --clear-groups unshare -Urn true
rm -rf /etc/netns/box

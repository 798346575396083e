# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# A server under `outbound: {effect: prevent, default: deny}` serves as before:
# replies are not outbound. By itself it gets nowhere.

group=case-servers
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 192.0.2.7
peer far box 10.77.0.2 tcp:80 udp:{4000..4005}
in=(-g "$group" -n box)

policy() {
	apply <<-END
		rules:
		  - name: server rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, default: deny}
		    listen: {effect: prevent, allow: [8000/tcp, 8001/tcp, 53/udp, 54/udp]}
	END
}

# A connection from before the hooks were there.
spawn contained "$group" box peer - tcp:8001 >/run/echo.out
wait_for 5 grep -q ready /run/echo.out
spawn command act -n far -H 600 tcp 10.77.0.1 8001 >/run/old.out
wait_for 5 grep -q ok /run/old.out
policy

# Answers each datagram with what it gets when it sends to others too.
cat >/run/answerer.py <<-'END'
	import errno, socket, sys, time
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
	s.bind(("::", 53))
	print("ready", flush=True)

	def send(data, to):
	    try:
	        s.sendto(data, to)
	        return "ok"
	    except OSError as error:
	        return errno.errorcode[error.errno]

	while True:
	    data, peer = s.recvfrom(2000)
	    words = data.decode().split()
	    if words[0] == "later":
	        time.sleep(2)
	    said = [send(b"unasked", (address, int(port))) for address, port in
	            zip(words[1::2], words[2::2])]
	    send(" ".join(["answer"] + said).encode(), peer)
END
spawn contained "$group" box python3 /run/answerer.py >/run/answerer.out
mkdir -p /run/www && echo served >/run/www/index.html
spawn contained "$group" box python3 -m http.server -d /run/www --bind :: 8000 >/run/http.out 2>&1

served() {
	[[ $(in_netns far curl -s --noproxy '*' --max-time 10 "http://$1:8000/") == served ]]
}
check http4 wait_for 15 served 10.77.0.1
check http6 served '[fd00:77::1]'
wait_for 15 grep -q ready /run/answerer.out
# asks ADDRESS WORDS: what the datagram server answers
asks() {
	local line
	line=$(command act -n far -w 5000 udp -b 4999 -d "$2" "$1" 53 9>&-)
	echo "${line#* }"
}
check_eq udp4 "$(asks 10.77.0.1 now)" answer
check_eq udp6 "$(asks fd00:77::1 now)" answer
no_audit served-quiet

# What it was not asked: another port of the same peer, another address.
forget far
check_eq unasked-port "$(asks 10.77.0.1 'now ::ffff:10.77.0.2 4001')" 'answer EPERM'
one_audit unasked-port-audit "workload=/$group" "rule=server rule" feature=outbound effect=prevent enforced=true \
	reason=not-allowed entry= protocol=udp address=10.77.0.2 port=4001 comm=python3 pid=* uid=0
check_fails unasked-port-arrived arrived far '^udp 10.77.0.2 4001 '
check_eq unasked-address "$(asks 10.77.0.1 'now ::ffff:192.0.2.7 4002')" 'answer EPERM'
one_audit unasked-address-audit "workload=/$group" feature=outbound address=192.0.2.7 port=4002
check_fails unasked-address-arrived arrived far '^udp 192.0.2.7 '
check_eq unasked6 "$(asks fd00:77::1 'now fd00:77::2 4003')" 'answer EPERM'
one_audit unasked6-audit feature=outbound address=fd00:77::2 port=4003
check_fails unasked6-arrived arrived far '^udp fd00:77::2 4003 '

# No server's port makes a connection a reply.
denied tcp-out 'connect EPERM' '^tcp .* S ' "workload=/$group" reason=not-allowed protocol=tcp address=10.77.0.2 port=80 \
	-- "${in[@]}" tcp 10.77.0.2 80
denied tcp-out-bound 'connect EPERM' '^tcp .* S ' "workload=/$group" reason=not-allowed protocol=tcp address=192.0.2.7 port=80 \
	-- "${in[@]}" tcp -b 8002 192.0.2.7 80
denied tcp-out-fast 'send ECONNREFUSED' '^tcp .* S ' "workload=/$group" reason=not-allowed protocol=tcp address=10.77.0.2 port=81 \
	-- "${in[@]}" tcp -f -b 8003 10.77.0.2 81
denied udp-out-bound EPERM '^udp .* 4004 ' "workload=/$group" reason=not-allowed protocol=udp address=10.77.0.2 port=4004 \
	-- "${in[@]}" udp -b 54 10.77.0.2 4004
# Nor does a datagram that was sent to one socket let another answer for it.
command act -n far -w 100 udp 10.77.0.1 54 >/dev/null
denied udp-out-unbound EPERM '^udp .* 4005 ' "workload=/$group" reason=not-allowed protocol=udp address=10.77.0.2 port=4005 \
	-- "${in[@]}" udp 10.77.0.2 4005

# A commit in between: the answer that was on its way, the next ones, connections.
asks 10.77.0.1 later >/run/later.out &
later=$!
sleep 0.3
policy
wait "$later"
check_eq commit-later "$(</run/later.out)" answer
check_eq commit-udp "$(asks 10.77.0.1 now)" answer
check commit-http4 served 10.77.0.1
check commit-http6 served '[fd00:77::1]'
# The listener goes, what it has accepted stays.
cat >/run/once.py <<-'END'
	import socket
	s = socket.create_server(("", 8001), reuse_port=True)
	print("ready", flush=True)
	c, _ = s.accept()
	s.close()
	while data := c.recv(2000):
	    c.send(data)
END
check_fails old-lives grep -q 'then' /run/old.out
kill -9 "$(pgrep -f 'peer - tcp:8001')"
spawn contained "$group" box python3 /run/once.py >/run/once.out
wait_for 15 grep -q ready /run/once.out
spawn command act -n far -H 4 tcp 10.77.0.1 8001 >/run/once-client.out
wait_for 5 grep -q ok /run/once-client.out
policy
finished() {
	grep -q 'then' /run/once-client.out
}
wait_for 8 finished
check_match accepted-lives "$(</run/once-client.out)" 'then alive'
no_audit accepted-quiet

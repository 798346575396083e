# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# shellcheck disable=SC2154 # what comes from lib.sh
# Whatever way a query takes to a DNS port, it is read; what cannot be read does
# not leave; and nobody who asks honestly is disturbed.

group=case-dns
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
addresses far 192.0.2.53
# Data in the SYN without a cookie, both ways.
for ns in box far; do
	in_netns $ns sysctl -q net.ipv4.tcp_fastopen=1543
done
record=/run/dns.record
spawn in_netns far python3 /root/data/nameserver.py $record 53 10.77.0.2 fd00:77:0::2 192.0.2.53
wait_for 20 test -s $record || wait_for 20 in_netns box python3 /root/data/ask.py udp 10.77.0.2 up.test >/run/up || bail "no name server" server

effect=
policy() {
	effect=$1
	apply <<-END
		rules:
		  - name: dns rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, default: deny}
		    dns: {effect: $1, deny: [".denied.test"], allow: [.test], servers: [10.77.0.2, "fd00:77:0::2"]}
	END
}

number=0
ask() {
	contained "$group" box env ASK_WAIT=0.4 "ASK_NAME=bad$number.denied.test" python3 /root/data/ask.py "$@" | paste -sd ' ' -
}
fence=0
# Whether a line of the record matches, everything that was sent before included.
recorded() {
	local label length
	fence=$((fence + 1))
	label=fence-$fence
	printf -v length '\\x%02x' ${#label}
	in_netns box bash -c "printf '\\x00\\x07\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00$length$label\\x04test\\x00\\x00\\x01\\x00\\x01' >/dev/udp/10.77.0.2/53"
	wait_for 10 grep -aq " $label\.test " $record || bail "no fence" fence
	grep -av ' fence-' $record | grep -aqE "$1"
}
forget_record() {
	recorded . || :
	: >$record
}

# NAME WANT NOTHING-OF KEY=VALUE... -- WAY SERVER MESSAGE...
# Audits of one name and type are folded, so bad.denied.test is another one each time.
refused() {
	local name=$1 want=$2 what=$3 keys=() got wrong=
	shift 3
	number=$((number + 1))
	while [[ $1 != -- ]]; do
		keys+=("${1//bad.denied/bad$number.denied}")
		shift
	done
	shift
	# What is made by hand has no name, or always the same: folded until the next commit.
	[[ $* != *' made:'* && $1 != tcp:oob ]] || policy "$effect"
	forget_record
	got=$(ask "${@//bad.denied/bad$number.denied}")
	[[ $got =~ ^($want)$ ]] || wrong="came to '$got', not '$want';"
	compare_audits 1 "workload=/$group" "rule=dns rule" feature=dns "effect=$effect" enforced=true port=53 "${keys[@]}"
	wrong+=$audits_wrong
	! recorded "$what" || wrong+=" it arrived: $(grep -E "$what" $record | head -n 1)"
	verdict "$name" "$wrong"
}
# NAME WANT WHAT -- WAY SERVER MESSAGE...
answered() {
	local name=$1 want=$2 what=$3 got wrong=
	shift 4
	forget_record
	got=$(ask "$@")
	[[ $got =~ ^($want)$ ]] || wrong="came to '$got', not '$want';"
	compare_audits 0
	wrong+=$audits_wrong
	recorded "$what" || wrong+=" it did not arrive"
	verdict "$name" "$wrong"
}

policy prevent
bad=(reason=denied entry=.denied.test domain=bad.denied.test qtype=A)

# Every way to send it, both families; a denied one between two good ones.
for server in 10.77.0.2 fd00:77:0::2; do
	v=4
	[[ $server != *:* ]] || v=6
	where=$server
	[[ $v == 4 ]] || where="[$server]"
	address=$server
	[[ $v == 4 ]] || address=fd00:77::2
	for way in udp connected more iov zerocopy; do
		answered "$way$v-good" 'answer 192.0.2.7' '^udp .* good\.a-192-0-2-7\.test 1$' -- $way "$where" good.a-192-0-2-7.test
		refused "$way$v-denied" EPERM denied "${bad[@]}" protocol=udp address=$address -- $way "$where" bad.denied.test
	done
	for way in tcp tcp:1 tcp:3 tcp:iov tcp:fastopen; do
		answered "$way$v-good" 'answer 192.0.2.7' '^tcp .* good\.a-192-0-2-7\.test 1$' -- $way "$where" good.a-192-0-2-7.test
		refused "$way$v-denied" '(reset|closed|EPERM)' denied "${bad[@]}" protocol=tcp address=$address -- $way "$where" bad.denied.test
	done
done

# The same socket goes on after a datagram that was refused; a connection does not.
refused mixed 'answer EPERM answer' denied "${bad[@]}" -- udp 10.77.0.2 good.test bad.denied.test more.test
check mixed-went recorded ' more\.test '
refused tcp-mixed '(answer )?(reset|closed|EPERM)( reset| closed)*' denied "${bad[@]}" -- tcp 10.77.0.2 good.test bad.denied.test
refused tcp-one '(reset|closed|EPERM)( reset| closed| EPERM)*' denied "${bad[@]}" -- tcp:one 10.77.0.2 good.test bad.denied.test more.test
answered tcp-one-good 'answer answer answer' ' three\.test ' -- tcp:one 10.77.0.2 good.test two.test three.test

# A train of datagrams in one buffer: denied when any is.
answered train-good 'answer answer answer' ' good3\.test ' -- train 10.77.0.2 good1.test good2.test good3.test
refused train-last EPERM denied reason=denied domain=d.denied.test -- train 10.77.0.2 goodgood1.test goodgood2.test d.denied.test
refused train-first EPERM denied reason=denied domain=bad.denied.test -- train 10.77.0.2 bad.denied.test goodgoodg.test

# Not in sight of connect(), nor of sendto()'s own checks.
refused raw EPERM denied "${bad[@]}" protocol=udp -- raw 10.77.0.2 bad.denied.test
forget_record
ask raw 10.77.0.2 raw.test >/dev/null
check raw-good recorded ' raw\.test '
no_audit raw-good-quiet

# What is read, is read as the name server would.
while read -r word keys; do
	read -ra keys <<<"$keys"
	refused "made-$word" EPERM 'denied|raw' "${keys[@]}" -- udp 10.77.0.2 "made:$word"
	[[ $word == byte || $word == empty || $word == edns-60k ]] ||
		refused "made-tcp-$word" '(reset|closed|EPERM)' 'denied|raw|rest' "${keys[@]}" -- tcp 10.77.0.2 "made:$word"
done <<-END
	two             reason=malformed domain=
	none            reason=malformed
	none-hidden     reason=malformed
	pointer         reason=malformed
	pointer-self    reason=malformed
	pointer-header  reason=malformed
	reserved40      reason=malformed
	reserved80      reason=malformed
	header-cut      reason=malformed
	question-cut    reason=malformed
	empty           reason=malformed
	byte            reason=malformed
	name-255        reason=denied entry=.denied.test
	name-256        reason=malformed
	nul             reason=denied entry=.denied.test domain=a\\000evil.denied.test
	dots            reason=denied domain=x\\.y\\.evil.denied.test
	dot-as-name     reason=not-allowed
	case            reason=denied domain=bad.denied.test
	edns-60k        reason=denied domain=bad.denied.test
	axfr            reason=denied qtype=AXFR
	update          reason=denied qtype=SOA
	notify          reason=denied qtype=SOA
	iquery          reason=denied
	opcode15        reason=denied
	class-any       reason=denied
	type-null       reason=denied qtype=NULL
	response        reason=malformed
	records         reason=malformed
	long            reason=denied
	txt             reason=malformed
END

# Odd, and none of our business.
answered made-edns answer '^udp .* good\.test 1$' -- udp 10.77.0.2 made:edns-60k-good
answered made-trailing answer '^udp .* good\.test 1$' -- udp 10.77.0.2 made:trailing
forget_record
ask udp 10.77.0.2 made:none-edns >/dev/null
check none-edns recorded ' raw 1234'
no_audit none-edns-quiet

# An urgent byte is not in the stream that the server reads.
refused tcp-oob '(reset|closed|EPERM|sent)' 'good|raw' reason=malformed protocol=tcp -- tcp:oob 10.77.0.2 good.test
refused not-allowed EPERM elsewhere reason=not-allowed entry= domain=www.elsewhere.example -- udp 10.77.0.2 www.elsewhere.example

# At another server both sections must allow.
forget_record
ask udp 192.0.2.53 good.test >/run/other
check_match other-server "$(cat /run/other)" EPERM
one_audit other-server-audit feature=outbound reason=not-allowed address=192.0.2.53 port=53

# Only reported, and counted once each.
for way in udp tcp; do
	policy alert
	forget_record
	check_match "alert-$way" "$(ask $way 10.77.0.2 bad.denied.test)" answer
	one_audit "alert-$way-audit" feature=dns effect=alert enforced=true reason=denied domain=bad.denied.test protocol=$way
	check "alert-$way-went" recorded denied
	ask $way 10.77.0.2 made:two >/dev/null
	one_audit "alert-$way-malformed" feature=dns effect=alert reason=malformed protocol=$way
done
policy disable
check_match disable "$(ask udp 10.77.0.2 good.test)" EPERM
one_audit disable-outbound feature=outbound reason=not-allowed port=53

# A connection that began before the policy cannot be followed.
leveectl flush
cat >/run/old.py <<-'END'
	import socket, struct, sys, time
	s = socket.create_connection(("10.77.0.2", 53), 5)
	def ask(name):
	    q = struct.pack("!HHHHHH", 1, 256, 1, 0, 0, 0) + b"".join(bytes([len(x)]) + x for x in name.split(b".")) + b"\0\0\1\0\1"
	    s.sendall(struct.pack("!H", len(q)) + q)
	    return s.recv(4096)
	assert ask(b"old.test")
	print("ready", flush=True)
	sys.stdin.readline()
	s.settimeout(5)
	try:
	    print("answer" if ask(b"old.test") else "closed")
	except OSError as e:
	    print("error", e)
END
coproc OLD { contained "$group" box python3 -u /run/old.py; }
read -r -t 20 line <&"${OLD[0]}"
check_eq old-connection "$line" ready
policy prevent
echo >&"${OLD[1]}"
read -r -t 20 line <&"${OLD[0]}"
check_match old-connection-ends "$line" 'closed|error'
one_audit old-connection-audit feature=dns reason=malformed protocol=tcp

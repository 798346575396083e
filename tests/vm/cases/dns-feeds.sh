# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# shellcheck disable=SC2154 # what comes from lib.sh
# Feeds: what a file may hold, which sections they hold for, and how long; replaced
# in one step while names are asked for.

group=case-feeds
cgroup "$group/one"
cgroup "$group/two"
made_cgroups+=("$group")
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 198.51.100.9 198.51.100.200 203.0.113.9 2001:db8:bad::9 2001:db8:600d::9
peer far box 10.77.0.2 udp:99
record=/run/dns.record
spawn in_netns far python3 /root/data/nameserver.py $record 53 10.77.0.2
wait_for 20 in_netns box env ASK_WAIT=1 python3 /root/data/ask.py udp 10.77.0.2 up.test >/dev/null || bail "no name server" server
work=$(mktemp -d)
cd "$work" || bail "no folder"

# ONE TWO [MORE]: what the two rules' sections of dns say, and what follows the rules.
policy_text() {
	cat <<-END
		rules:
		  - name: one
		    scope: {cgroup: ["/$group/one"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, default: allow, allow: ["198.51.100.200"], deny: ["203.0.113.9"]${outbound:-}}
		    dns: {effect: prevent, default: allow$1}
		  - name: two
		    scope: {cgroup: ["/$group/two"]}
		    raw-sockets: {effect: disable}
		    dns: {effect: prevent, default: allow$2}
		${3:-}
	END
}
policy() {
	apply <<<"$(policy_text "$@")"
}
# What is decided of a name: `allowed`, `feed NAME`, `denied ENTRY` ...
decided() {
	leveectl explain "/$group/$1" dns "$2" | awk '
		$1 == "verdict" { verdict = $2 == "allowed" ? $2 : $3 }
		$1 == "feed" || $1 == "entry" { what = " " $2 }
		END { print verdict (verdict == "feed" || verdict == "denied" ? what : "") }'
}
listed() {
	leveectl feed list --json | jq -r '[.feeds[] | .name + " " + .kind + " " + (.count | tostring) + (if .source then " " + .source else "" end)] | sort | join("; ")'
}
ask() {
	contained "$group/${who:-one}" box env ASK_WAIT=0.5 python3 /root/data/ask.py "$@" | paste -sd ' ' -
}

policy "" ""
check_eq none "$(leveectl feed list)" "no feed is loaded"

# Every form that a file may have, mixed.
printf '%s\n' '# a comment' '; another' '! and one of filters' '' 'plain.example' '*.star.example' '.dot.example' \
	'UPPER.example' 'commented.example # why' $'crlf.example\r' '0.0.0.0 hosts.example hosts2.example' \
	'127.0.0.1 localhost' '::1 hosts6.example' '||filter.example^' 'address=/masq.example/' 'server=/masq2.example/' \
	'plain.example' 'below.plain.example' 'xn--bcher-kva.example' 'a\.b.escaped.example' >forms
# shellcheck disable=SC2016 # a zone's own words
printf '%s\n' '$TTL 60' '$ORIGIN rpz.local.' '@ IN SOA a. b. 1 2 3 4 5' '  IN NS a.' 'zone.example CNAME .' \
	'*.zonewild.example 60 IN CNAME *.' >zone
check_match load "$(leveectl feed load intel forms)" '^14 domains, 2 repeated or below another$'
check_match load-zone "$(leveectl feed load zone zone)" '^2 domains$'
check_eq listed "$(listed)" "intel domains 14; zone domains 2"
for name in plain star dot upper commented crlf hosts hosts2 hosts6 filter masq masq2 xn--bcher-kva; do
	check_eq "form-$name" "$(decided one "$name.example")" "feed intel"
done
check_eq form-escaped "$(decided one 'a\.b.escaped.example')" "feed intel"
check_eq form-escaped-is-one-label "$(decided one a.b.escaped.example)" allowed
check_eq zone "$(decided one zone.example)" "feed zone"
check_eq zone-wild "$(decided one zonewild.example)" "feed zone"
for name in www.plain.example a.b.c.d.plain.example below.plain.example WWW.Star.EXAMPLE; do
	check_eq "below-$name" "$(decided one "$name")" "feed intel"
done
for name in example xplain.example plain.example.com plain plain.exampl localhost dot.example.org; do
	check_eq "beside-$name" "$(decided one "$name")" allowed
done

# As a query, and as a report of it.
mark_audits
check_eq query "$(ask udp 10.77.0.2 plain.example)" EPERM
one_audit query-audit workload=/$group/one rule=one feature=dns effect=prevent enforced=true reason=feed \
	entry=intel domain=plain.example qtype=A protocol=udp address=10.77.0.2 port=53
check_eq query-below "$(ask udp 10.77.0.2 a.b.PLAIN.example/16)" EPERM
one_audit query-below-audit reason=feed entry=intel domain=a.b.plain.example qtype=TXT
check_match query-tcp "$(ask tcp 10.77.0.2 tcp.plain.example)" '^(reset|closed|EPERM)$'
one_audit query-tcp-audit reason=feed entry=intel domain=tcp.plain.example protocol=tcp
check_eq query-beside "$(ask udp 10.77.0.2 xplain.example)" answer
no_audit query-beside-quiet
check_fails query-never-left grep -v xplain <(grep plain $record)
check_eq hits "$(leveectl feed list --json | jq '.feeds[] | select(.name == "intel").hits')" 3
check_match hits-text "$(leveectl feed list)" '"intel": 14 domains, [0-9]+ bytes, 3 hits, loaded '

# What is wrong is told by its line, and changes nothing.
before=$(leveectl feed list --json)
printf 'good.example\nhttp://bad.example/\n' >wrong
printf 'good.example\n# bücher\nbücher.example\nalso.example\n' >idn
check_status 1 wrong leveectl feed load intel wrong
check_match wrong-line "$(leveectl feed load intel wrong 2>&1)" '^wrong:2: a URL "http://bad.example/"'
check_match idn-line "$(leveectl feed load intel idn 2>&1)" '^idn:3: the name is not ASCII .*xn--bcher-kva.example'
printf '# nothing\n' >empty
check_status 1 empty leveectl feed load intel empty
printf '10.0.0.1\nname.example\n' >mixed
check_status 1 mixed leveectl feed load intel mixed
check_status 1 unload-unknown leveectl feed unload nobody
check_match unload-unknown-why "$(leveectl feed unload nobody 2>&1)" 'cannot unload the feed: .+'
check_eq nothing-changed "$(leveectl feed list --json)" "$before"
check_eq nothing-changed-verdict "$(decided one good.example)" allowed
check_match lenient "$(leveectl feed load --lenient intel idn)" '^2 domains, 1 bad lines skipped$'
check_eq lenient-loaded "$(decided one also.example)" "feed intel"
check_eq replaced "$(decided one plain.example)" allowed
check_eq replaced-list "$(listed)" "intel domains 2; zone domains 2"
check unload leveectl feed unload zone
check_eq unloaded "$(decided one zone.example)" allowed
check_eq unloaded-list "$(listed)" "intel domains 2"

# Of addresses; each kind is asked by one section only.
printf '198.51.100.0/24\n192.0.2.1\n203.0.113.0 - 203.0.113.127\n2001:db8:bad::/48\n127.0.0.0/8\n# end\r\n' >addresses
check_match load-addresses "$(leveectl feed load bad-addresses addresses)" '^5 addresses'
in=(-g "$group/one" -n box)
all=("workload=/$group/one" rule=one feature=outbound effect=prevent enforced=true)
feed=("${all[@]}" reason=feed entry=bad-addresses)
denied address EPERM '^udp 198.51.100.9 ' "${feed[@]}" address=198.51.100.9 -- "${in[@]}" udp 198.51.100.9 99
denied address-tcp 'connect EPERM' '^tcp 198.51.100.9 ' "${feed[@]}" protocol=tcp -- "${in[@]}" tcp 198.51.100.9 99
denied address6 EPERM '^udp 2001:db8:bad::9 ' "${feed[@]}" address=2001:db8:bad::9 -- "${in[@]}" udp 2001:db8:bad::9 99
passes address-beside '^udp 2001:db8:600d::9 99' -- "${in[@]}" udp 2001:db8:600d::9 99
passes address-allowed '^udp 198.51.100.200 99' -- "${in[@]}" udp 198.51.100.200 99
denied address-denied EPERM '^udp 203.0.113.9 ' "${all[@]}" reason=denied entry=203.0.113.9 -- "${in[@]}" udp 203.0.113.9 99
passes address-other-rule '^udp 198.51.100.9 99' -- -g "$group/two" -n box udp 198.51.100.9 99
check_match address-loopback "$(leveectl explain /$group/one connect udp 127.0.0.1:99)" 'verdict    allowed'
check_match address-explain "$(leveectl explain /$group/one connect tcp 192.0.2.1:443)" 'deviates: feed.*feed +bad-addresses'
check_eq hits-address "$(leveectl feed list --json | jq '.feeds[] | select(.name == "bad-addresses").hits')" 3

# Who is asked about which.
echo other.example >other
leveectl feed load other other >/dev/null
echo also.example >both
leveectl feed load again both >/dev/null
policy ", feeds: [other]" ", feeds: false"
check_eq named "$(decided one other.example)" "feed other"
check_eq named-not "$(decided one good.example)" allowed
check_eq none-holds "$(decided two other.example)" allowed
outbound=", feeds: false" policy "" ""
check_match address-none-holds "$(leveectl explain /$group/one connect udp 198.51.100.9:99)" 'verdict    allowed'
check_eq shared-one "$(decided one other.example)" "feed other"
check_eq shared-two "$(decided two other.example)" "feed other"
check_match both "$(decided two also.example)" '^feed (intel|again)$'
policy ', allow: [exempt.other.example, "*.also.example"], deny: [.bad.other.example]' ""
check_eq exempt "$(decided one exempt.other.example)" allowed
check_eq exempt-not-below "$(decided one x.exempt.other.example)" "feed other"
check_eq exempt-below "$(decided one x.also.example)" allowed
check_match exempt-not-itself "$(decided one also.example)" '^feed '
check_eq exempt-not-other-rule "$(decided two exempt.other.example)" "feed other"
check_eq denied-first "$(decided one bad.other.example)" "denied .bad.other.example"
# One that is not there yet holds once it is.
policy ", feeds: [later]" ""
check_match missing "$(leveectl status)" later
check_eq missing-holds-nothing "$(decided one other.example)" allowed
echo later.example >later
leveectl feed load later later >/dev/null
check_eq later "$(decided one later.example)" "feed later"
check_fails missing-no-more grep -q later <(leveectl status)

# A policy's: loaded and forgotten with it; the others stay.
for name in again other later bad-addresses; do
	leveectl feed unload "$name"
done
mkdir -p d
echo pol.example >d/names
echo 192.0.2.77 >d/addresses
policy_text "" "" "feeds: [{name: pol, domains: names}, {name: pol-addresses, addresses: addresses}]" >d/policy.yaml
check policy leveectl apply d/policy.yaml
check_match policy-list "$(listed)" '^intel domains 2; pol domains 1 .*d/names; pol-addresses addresses 1 .*d/addresses$'
check_eq policy-name "$(decided one www.pol.example)" "feed pol"
check_match policy-address "$(leveectl explain /$group/one connect tcp 192.0.2.77:1)" 'feed +pol-addresses'
leveectl show policy >again.yaml
check policy-round-trip leveectl apply again.yaml
check_eq policy-again "$(leveectl show policy)" "$(<again.yaml)"
check_eq policy-again-name "$(decided one pol.example)" "feed pol"

# One that does not load refuses all of it.
generation=$(leveectl status --json | jq .generation)
before=$(listed)
echo new.example >d/names
echo 'not an address' >d/addresses
sed -i 's/name: two/name: three/' d/policy.yaml
check_status 1 policy-refused leveectl apply d/policy.yaml
check_match policy-refused-why "$(leveectl apply d/policy.yaml 2>&1)" 'd/addresses:1: bad address'
rm d/addresses
check_status 1 policy-refused-missing leveectl apply d/policy.yaml
check_eq policy-refused-generation "$(leveectl status --json | jq .generation)" "$generation"
check_eq policy-refused-rules "$(leveectl show policy)" "$(<again.yaml)"
check_eq policy-refused-feeds "$(listed)" "$before"
check_eq policy-refused-verdict "$(decided one pol.example) $(decided one new.example)" "feed pol allowed"

# Until the next policy, or none.
policy "" ""
check_eq next-policy "$(listed)" "intel domains 2"
check_eq next-policy-verdict "$(decided one pol.example) $(decided one also.example)" "allowed feed intel"
leveectl apply again.yaml 2>/dev/null
echo 192.0.2.77 >d/addresses
leveectl apply d/policy.yaml >/dev/null
leveectl flush
check_eq flush "$(listed)" "intel domains 2"
policy "" ""
check_eq flush-verdict "$(decided one also.example)" "feed intel"

# Replaced again and again, by its own command and with the policy: a name that is
# in all of them does not leave in between, and what is new comes in at once.
cat >asker.py <<'END'
import os, socket, struct, sys
names = sys.argv[2:]
packets = [struct.pack("!HHHHHH", 7, 256, 1, 0, 0, 0) + b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) +
           b"\0\0\1\0\1" for name in names]
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("10.77.0.2", 53))
asked = left = 0
while True:
    for packet in packets:
        asked += 1
        try:
            s.send(packet)
            left += 1
        except PermissionError:
            pass
    if asked % 1000 < len(packets):
        with open("asking", "w") as out:
            print(asked, left, file=out)
        os.replace("asking", sys.argv[1])
END
leveectl feed unload intel
for n in 1 2; do
	{
		seq -f "n%.0f.round$n.example" 5000
		printf 'always.example\nround%s.test\n' $n
		echo kept.example
	} >"round$n"
done
echo kept.example >d/names
policy_text "" "" "feeds: [{name: pol, domains: d/names}]" >again.yaml
leveectl feed load intel round1 >/dev/null
leveectl apply again.yaml >/dev/null
mark_audits
: >$record
spawn contained "$group/one" box python3 asker.py counts always.example www.always.example kept.example
wait_for 20 test -e counts || bail "the asker does not ask"
until=$((SECONDS + 60)) rounds=0
while [[ $rounds -lt 8 && $SECONDS -lt $until ]]; do
	n=$((rounds % 2 + 1))
	leveectl feed load intel "round$n" >/dev/null || not_ok replace "round $rounds"
	[[ $(decided one "round$n.test") == "feed intel" ]] || not_ok replace-new "round $rounds"
	[[ $(decided one "round$((3 - n)).test") == allowed ]] || not_ok replace-old "round $rounds"
	leveectl apply again.yaml >/dev/null || not_ok replace-policy "round $rounds"
	rounds=$((rounds + 1))
done
kill "$spawned"
read -r asked left <counts
echo "$rounds rounds, $asked queries, $left left"
check replace-enough test "$rounds" -eq 8 -a "$asked" -ge 10000
check_eq replace-none-left "$left" 0
check_fails replace-none-arrived grep -E 'always|kept' $record
leveectl feed unload intel
check_eq end "$(listed)" "pol domains 1 $work/d/names"

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# leveectl against the live module, in a guest: tests/vm/run --copy tests/ctl/policies/full.yaml tests/ctl/kernel.sh
set -u
passed=0 failed=0
cgroups=/sys/fs/cgroup

result()
{
	if [ "$1" = 0 ]; then
		echo "ok ctl-kernel/$2"
		passed=$((passed + 1))
	else
		echo "not ok ctl-kernel/$2"
		sed 's/^/    /' /tmp/out /tmp/err
		failed=$((failed + 1))
	fi
}

# run NAME STATUS COMMAND...: what it printed is in /tmp/out and /tmp/err
run()
{
	local name=$1 want=$2 status
	shift 2
	"$@" >/tmp/out 2>/tmp/err
	status=$?
	[ $status = "$want" ] || echo "    status $status, expected $want: $*"
	[ $status = "$want" ]
	result $? "$name"
}

# has NAME FILE TEXT: a whole line
has() { grep -qxF -e "$3" "/tmp/$2"; result $? "$1: $3"; }
part() { grep -qF -e "$3" "/tmp/$2"; result $? "$1: $3"; }
json() { jq -e "$2" /tmp/out >/dev/null 2>/tmp/err; result $? "$1: $2"; }

run "status without a policy" 0 leveectl status --json
json status '.version and .generation >= 0 and .sealed == false and ."alert-only" == false'
json status '(.hooks | type) == "object" and (.limits | map(.max >= .used) | all) and .lost >= 0'
json status '[.hooks[]] | all(. == "idle" or . == "armed" or . == "failed")'
run "show policy without a policy" 0 leveectl show policy
has "show policy without a policy" out "rules: []"
run "show workloads without a policy" 0 leveectl show workloads --json
run doctor 0 leveectl doctor
has doctor out "ok   module: loaded"
has doctor out "ok   cgroups: version 2"

mkdir -p $cgroups/machine.slice/libpod-test.scope/inner $cgroups/plain
run "apply" 0 leveectl apply full.yaml
part "apply" out "rules 2"
leveectl check full.yaml 2>&1 | grep -v '^#' >checked
run "show policy" 0 leveectl show policy
cp /tmp/out shown
run "show policy is input of apply" 0 leveectl apply shown
run "show policy again" 0 leveectl show policy
cmp /tmp/out shown >/tmp/err 2>&1
result $? "show policy survives apply"
leveectl check shown 2>&1 | grep -v '^#' >again
cmp checked again >/tmp/err 2>&1
result $? "the kernel holds what the file says"
run "show policy --json" 0 leveectl show policy --json
json "show policy --json" '.rules | length == 2'
json "show policy --json" '.rules[0].outbound.allow == ["10.0.0.0/8", "internet:443/tcp"]'
json "show policy --json" '.rules[0].families == ["unix", "inet", "inet6", "netlink"]'
json "show policy --json" '.rules[0].scope.not.cgroup == ["/machine.slice/libpod-conmon-*"]'
run "show rules" 0 leveectl show rules
part "show rules" out '0 "payments": outbound prevent, listen alert, raw-sockets block'

run "check selects live cgroups" 0 leveectl check full.yaml
has "check selects the outermost" out "#   /machine.slice/libpod-test.scope"

here=/machine.slice/libpod-test.scope
run "explain denied" 0 leveectl explain $here connect tcp 169.254.169.254:80
has "explain denied" out "verdict    deviates: denied"
has "explain denied" out "entry      169.254.169.254 (deny)"
has "explain denied" out "effect     prevent"
has "explain denied" out "workload   $here"
run "explain allowed, by mount path" 0 leveectl explain $cgroups$here/inner connect udp 10.1.2.3:53
has "explain allowed" out "verdict    allowed"
has "explain allowed" out "entry      10.0.0.0/8 (allow)"
run "explain IPv6" 0 leveectl explain $here connect tcp '[2606:4700::1111]:443'
has "explain IPv6" out "entry      internet:443/tcp (allow)"
run "explain not allowed" 0 leveectl explain $here connect icmp 192.168.0.1
has "explain not allowed" out "verdict    deviates: not-allowed"
run "explain listen" 0 leveectl explain $here listen tcp 9005
has "explain listen" out "entry      9000-9010/tcp (allow)"
run "explain listen" 0 leveectl explain $here listen tcp 22
has "explain listen" out "verdict    deviates: not-allowed"
run "explain raw" 0 leveectl explain $here raw inet icmp
has "explain raw" out "verdict    allowed"
run "explain raw" 0 leveectl explain $here raw inet6 icmpv6
has "explain raw" out "verdict    deviates: not-allowed"
run "explain raw packet" 0 leveectl explain $here raw packet
has "explain raw packet" out "entry      packet (allow)"
run "explain outside" 0 leveectl explain /plain connect tcp 1.2.3.4:5
part "explain outside" out "no rule governs the cgroup"
run "explain no cgroup" 1 leveectl explain /nowhere connect tcp 1.2.3.4:5
part "explain no cgroup" err 'no cgroup "/nowhere"'
run "release what is free" 1 leveectl release $here
part "release what is free" err "cannot release"

# Events.
leveectl monitor --json >monitor.json 2>monitor.err &
monitor=$!
leveectl monitor >monitor.txt 2>&1 &
human=$!
sleep 2
cat >act.py <<'PY'
import socket, ctypes
ctypes.CDLL(None).prctl(15, b"ev\x1b[31m\n\xff\"il", 0, 0, 0)
s = socket.socket()
try:
    s.connect(("169.254.169.254", 80))
except OSError as e:
    print("errno", e.errno)
s = socket.socket()
s.bind(("0.0.0.0", 2222))
s.listen()
PY
(echo $BASHPID >$cgroups$here/cgroup.procs; exec python3 act.py) >/tmp/out 2>/tmp/err
has "the act is stopped" out "errno 1"
sleep 3
run "apply, as a notice" 0 leveectl apply --alert-only shown
sleep 2
kill $monitor $human
cp monitor.json /tmp/out
jq -es 'map(select(.type == "audit" and .feature == "outbound")) | length == 1' monitor.json >/dev/null 2>/tmp/err
result $? "monitor: one audit of the connect"
outbound() { jq -es "map(select(.type == \"audit\" and .feature == \"outbound\"))[0] | $1" monitor.json >/dev/null 2>/tmp/err; result $? "monitor: $1"; }
outbound ".workload == \"$here\" and .rule == \"payments\""
outbound '.effect == "prevent" and .enforced == true and .reason == "denied"'
outbound '.entry == "169.254.169.254" and .protocol == "tcp" and .address == "169.254.169.254" and .port == 80'
outbound '.uid == 0 and .pid > 1 and .count == 1 and .seq > 0 and .generation > 0'
outbound '.time | test("^20[0-9-]{8}T[0-9:]{8}[.][0-9]{9}Z$")'
outbound '.comm | startswith("ev\u001b[31m\n\ufffd\"il")'
outbound 'keys - ["type","seq","time","generation","workload","container","image","rule","feature","effect","enforced","reason","entry","pid","comm","exe","uid","protocol","address","port","domain","qtype","count","kind","evidence"] == []'
jq -es 'map(select(.feature == "listen"))[0] | .protocol == "tcp" and .port == 2222 and .effect == "alert" and .enforced == true or .enforced == false' monitor.json >/dev/null
result $? "monitor: the audit of listen"
jq -es 'map(select(.type == "notice")) | length > 0 and all(.text | length > 0)' monitor.json >/dev/null
result $? "monitor: notices have a text"
LC_ALL=C grep -q '[^ -~]' monitor.txt
[ $? = 1 ]
result $? "monitor for people has no control character"
cp monitor.txt /tmp/out
part "monitor for people" out 'outbound denied, effect prevent, enforced: tcp 169.254.169.254:80'

run "audits" 0 leveectl audits --json
json audits '.events | map(select(.feature == "outbound" and .port == 80)) | length == 1'
run "audits --since" 0 leveectl audits --since 2100-01-01T00:00:00Z --json
json audits '.events == []'
run "audits --since" 0 leveectl audits --since 1h
part audits out "169.254.169.254:80"
run "incidents" 0 leveectl incidents --json
json incidents '.events == []'

run "status with a policy" 0 leveectl status --json
json status '."alert-only" == true'
run "show policy, alert-only" 0 leveectl show policy
has "show policy, alert-only" out "# alert-only: every effect is capped at alert"
(echo $BASHPID >$cgroups$here/cgroup.procs; exec timeout 3 python3 act.py) >/tmp/out 2>/tmp/err
run "stats" 0 leveectl stats
part "stats" out "alert-only: UNENFORCED counts what would have been stopped"
run "stats --json" 0 leveectl stats --json
json stats '.rules[0].features.outbound.unenforced >= 1 and .rules[0].features.outbound.audited >= 1'
json stats '.workloads[0].path == "/machine.slice/libpod-test.scope"'
run "show workloads" 0 leveectl show workloads
part "show workloads" out "$here"

# A policy at its bounds.
python3 - <<'PY'
with open("large.yaml", "w") as f:
    print("rules:", file=f)
    print("- name: many", file=f)
    print("  scope:\n    cgroup:", file=f)
    for i in range(256):
        print(f"    - /{i:03}/" + "x" * 250, file=f)
    print("  outbound:\n    effect: alert\n    allow:", file=f)
    for i in range(60000):
        print(f"    - 10.{i >> 16}.{i >> 8 & 255}.{i & 255}:443/tcp", file=f)
    print("    deny:", file=f)
    for i in range(40000):
        print(f"    - \"[2001:db8:{i:x}::]/48:8000-8010/udp\"", file=f)
    for i in range(1023):
        print(f"- {{name: r{i}, scope: {{cgroup: [/r{i}]}}}}", file=f)
PY
run "apply a large policy" 0 leveectl apply large.yaml
run "show a large policy" 0 leveectl show policy
cp /tmp/out large.shown
leveectl check large.yaml 2>/dev/null | grep -v '^#' >one
leveectl check large.shown 2>/dev/null | grep -v '^#' >two
cmp one two >/tmp/err 2>&1
result $? "a large policy survives"

# Dumps while the policy changes are of one generation.
for _ in 1 2 3; do leveectl apply full.yaml; leveectl apply large.yaml; done >/dev/null &
mixed=0
for _ in 1 2 3 4 5; do
	leveectl show policy >dump 2>dump.err || { grep -q "keeps changing" dump.err || mixed=1; continue; }
	grep -v '^#' dump | cmp -s - large.shown || grep -v '^#' dump | cmp -s - shown || mixed=1
done
wait
[ $mixed = 0 ]
result $? "no dump mixes generations"

# Names and feeds.
printf '%s\n' bad.example '*.evil.example' >names.txt
printf '%s\n' '203.0.113.0 - 203.0.113.9' 2001:db8:bad::/48 >addresses.txt
cat >names.yaml <<'YAML'
rules:
  - name: names
    scope: {cgroup: ["/machine.slice/libpod-*.scope"]}
    outbound: {effect: prevent, allow: ["*.example.com:443", 192.0.2.0/24], deny: [bad.example.com], feeds: [addresses]}
    dns:
      {effect: prevent, default: allow, allow: [good.bad.example], deny: ["*.onion", "\\042.example"], feeds: [names, later],
       ports: [53, 5353], servers: [10.0.0.2, "2001:db8::2"], servers-only: true, grace: 90s, exfiltration: {effect: disable}}
  - name: plain
    scope: {cgroup: [/plain]}
    dns: {effect: alert}
feeds:
  - {name: names, domains: names.txt}
  - {name: addresses, addresses: addresses.txt}
YAML
run "apply names" 0 leveectl apply names.yaml
leveectl check names.yaml 2>/dev/null | grep -v '^#' >checked
run "show names" 0 leveectl show policy
cp /tmp/out shown
run "show names is input of apply" 0 leveectl apply shown
run "show names again" 0 leveectl show policy
cmp /tmp/out shown >/tmp/err 2>&1
result $? "names survive apply"
# The feeds of a policy are told in the order of their names.
leveectl check shown 2>/dev/null | grep -v '^#' >again
sort checked >one
sort again >two
cmp one two >/tmp/err 2>&1
result $? "the kernel holds what the file says of names"
run "show names --json" 0 leveectl show policy --json
json "show names --json" '.rules[0].dns | .servers == ["10.0.0.2", "2001:db8::2"] and .ports == [53, 5353] and .grace == 90'
json "show names --json" '.rules[0].dns | ."servers-only" and .feeds == ["later", "names"] and .exfiltration.effect == "disable"'
json "show names --json" '.rules[0].outbound | .allow == ["192.0.2.0/24", "*.example.com:443"] and .feeds == ["addresses"]'
json "show names --json" '.rules[1].dns | .feeds == true and .ports == [53] and .exfiltration.effect == "alert"'
json "show names --json" '.feeds | map(.name) == ["addresses", "names"]'
run "explain dns denied" 0 leveectl explain $here dns a.b.onion
has "explain dns denied" out "verdict    deviates: denied"
has "explain dns denied" out "entry      *.onion (deny)"
run "explain dns by a feed" 0 leveectl explain $here dns www.BAD.example. AAAA
has "explain dns by a feed" out "verdict    deviates: feed"
has "explain dns by a feed" out "feed       names"
run "explain dns exempt from feeds" 0 leveectl explain $here dns good.bad.example TYPE65
has "explain dns exempt from feeds" out "verdict    allowed"
has "explain dns exempt from feeds" out "entry      good.bad.example (allow)"
run "explain dns" 0 leveectl explain $here dns example.com
has "explain dns" out "verdict    allowed"
run "explain dns of the root" 0 leveectl explain $here dns . NS
has "explain dns of the root" out "verdict    allowed"
run "explain connect by a feed" 0 leveectl explain $here connect tcp 203.0.113.9:443
has "explain connect by a feed" out "verdict    deviates: feed"
has "explain connect by a feed" out "feed       addresses"
run "show feeds" 0 leveectl show feeds --json
json "show feeds" '.feeds | map(.name) == ["addresses", "names"] and map(.kind) == ["addresses", "domains"]'
json "show feeds" '.feeds | map(.count) == [3, 2] and all(.bytes > 0 and .hits >= 0)'
json "show feeds" '.feeds | all(.source | startswith("/")) and all(.loaded | test("^20[0-9-]{8}T"))'
run "feed load" 0 leveectl feed load later - <names.txt
run "feed load" 0 bash -c 'printf "%s\n" late.example a.late.example b@d | leveectl feed load --lenient later -'
has "feed load" out "1 domains, 1 repeated or below another, 1 bad lines skipped"
run "explain dns by a feed that came later" 0 leveectl explain $here dns a.late.example
has "explain dns by a feed that came later" out "feed       later"
run "a bad feed is refused" 1 bash -c 'printf "%s\n" other.example b@d | leveectl feed load later -'
run "and the one before holds" 0 leveectl explain $here dns late.example
has "and the one before holds" out "feed       later"
run "show policy" 0 leveectl show policy --json
json "a feed on its own is no part of the policy" '.feeds | map(.name) == ["addresses", "names"]'
run "apply leaves it" 0 leveectl apply names.yaml
run "feed list" 0 leveectl feed list --json
json "apply leaves it" '.feeds | map(.name) == ["addresses", "later", "names"]'
run "feed unload" 0 leveectl feed unload later
run "feed unload again" 1 leveectl feed unload later
part "feed unload again" err "cannot unload the feed: "
seq -f 'n%.0f.example' 2000000 >large.txt
run "as many names as a feed may have" 0 leveectl feed load large large.txt
has "as many names as a feed may have" out "2000000 domains"
run "show feeds" 0 leveectl show feeds --json
json "show feeds" '.feeds | map(select(.name == "large")) | .[0].count == 2000000 and .[0].bytes <= 20000000'
run "feed unload" 0 leveectl feed unload large
rm large.txt

# Who may not.
run "without rights" 1 setpriv --reuid 65534 --clear-groups leveectl status
part "without rights" err "needs root (CAP_NET_ADMIN in the initial user namespace)"
run "without rights" 1 setpriv --reuid 65534 --clear-groups leveectl monitor
part "without rights" err "needs root (CAP_NET_ADMIN in the initial user namespace)"
run "without rights" 1 setpriv --reuid 65534 --clear-groups leveectl apply "$PWD/full.yaml"

run "flush" 0 leveectl flush
run "show rules after flush" 0 leveectl show rules
has "show rules after flush" out "no policy is loaded"
run "flush again" 0 leveectl flush

# What the kernel refuses is told at the line that asks for it.
sysctl -q kernel.ftrace_enabled=0
leveectl status >/dev/null
if leveectl apply full.yaml >/tmp/out 2>/tmp/err; then
	result 1 "a policy that requires socket hooks is refused without ftrace"
else
	part "refused" err "full.yaml:2:1: the kernel refuses it: "
fi
sysctl -q kernel.ftrace_enabled=1
leveectl flush

rmdir $cgroups$here/inner $cgroups$here $cgroups/plain
modprobe -r levee
run "not loaded" 1 leveectl status
has "not loaded" err "leveectl: levee is not loaded (modprobe levee)"
run "not loaded" 1 leveectl apply full.yaml
has "not loaded" err "leveectl: levee is not loaded (modprobe levee)"
modprobe levee
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]

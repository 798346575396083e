# SPDX-License-Identifier: GPL-2.0
# timeout: 300
# Policies of 100,000 entries replace each other while traffic runs, whole or
# not at all; what a client leaves behind goes with it; staging is bounded.

work=$(mktemp -d)
export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
netns box
# Whatever may leave is swallowed.
{
	ip -n box link add sink type dummy && ip -n box link set sink up &&
		ip -n box addr add 10.0.0.1/8 dev sink
} || bail "no dummy device"
cgroup big

generation() {
	cat /sys/kernel/levee/generation
}
# The live policy, less the generation; and its entries alone.
policy_hash() {
	python3 -c '
import genl, hashlib
rules, entries = genl.Socket().policy()
rules = [[a for a in rule if a[0] != genl.X.A_POLICY_GENERATION] for rule in rules]
print(hashlib.sha256(repr((rules, entries)).encode()).hexdigest(), hashlib.sha256(repr(entries).encode()).hexdigest())'
}

# Policy A as the tool takes it; see progs/onepolicy.c for its parts.
count=49999
python3 - "$work" $count <<'END'
import ipaddress, sys
work, count = sys.argv[1], int(sys.argv[2])
with open(work + "/a.yaml", "w") as f:
    f.write("rules:\n- name: big\n  scope: {cgroup: [/big]}\n  outbound:\n"
            "    effect: prevent\n    default: deny\n    allow:\n    - 10.255.255.1:53/udp\n")
    for i in range(count):
        f.write(f"    - {ipaddress.ip_address(0x0a800000 + 2 * i)}:1000-1999/udp\n")
    f.write("    deny:\n")
    for i in range(count):
        f.write(f"    - {ipaddress.ip_address(0x0a800000 + 2 * i)}:1500-1599/udp\n")
END
cat "$work/a.yaml" >"$work/bad.yaml"
echo "    - 10.0.0.0/33" >>"$work/bad.yaml"

start=$SECONDS
check "apply of 99,999 entries" leveectl apply "$work/a.yaml"
echo "leveectl apply: $((SECONDS - start)) s"
a=$(generation)
check_eq "entries" "$(leveectl status --json | jq '.limits.entries_of_a_rule.used')" 99999
by_tool=$(policy_hash)

# A bad file changes nothing.
check_status 1 "a bad file is refused" leveectl apply "$work/bad.yaml" 2>"$work/bad.err"
check_match "its error has a place" "$(<"$work/bad.err")" "bad.yaml:100008:.*10.0.0.0/33"
check_eq "generation after a bad file" "$(generation)" "$a"
check_eq "policy after a bad file" "$(policy_hash)" "$by_tool"
# One entry more than a rule may have.
{
	cat "$work/a.yaml"
	echo "    - 10.0.0.1"
	echo "    - 10.0.0.3"
} >"$work/over.yaml"
check_status 1 "100,001 entries are refused" leveectl apply "$work/over.yaml"
check_eq "generation after too many entries" "$(generation)" "$a"

# A and B in turn, under traffic.
cat >"$work/swap.py" <<'END'
import struct, sys, time
from genl import *

count, swaps = int(sys.argv[1]), int(sys.argv[2])
RULE = u32(X.A_POLICY_RULE, 0)

def chunks(ports, denied):
    """Messages' attributes, less the stage."""
    made = []
    for action, (low, high) in ((X.ACTION_ALLOW, ports), (X.ACTION_DENY, denied)):
        rest = u32(X.A_ENTRY_PROTO, 17) + u32(X.A_ENTRY_PORT_FIRST, low) + u32(X.A_ENTRY_PORT_LAST, high)
        plain = u32(X.A_ENTRY_TARGET, X.TARGET_PREFIX) + b"%b" + u32(X.A_ENTRY_PREFIX_LEN, 32) + rest
        head = struct.pack("<HH", len(plain) - 2 + 8 + 4, X.A_POLICY_ENTRY | NLA_F_NESTED)
        before, after = plain.split(b"%b")
        entries = [head + before + struct.pack("<HH", 8, X.A_ENTRY_ADDRESS) + struct.pack(">I", 0x0a800000 + 2 * i) +
                   after for i in range(count)]
        if action == X.ACTION_ALLOW:
            entries.append(prefix("10.255.255.1", 32, 17, (53, 53)))
        where = RULE + u32(X.A_POLICY_FEATURE, X.FEATURE_OUTBOUND) + u32(X.A_POLICY_ACTION, action)
        for i in range(0, len(entries), X.ENTRY_CHUNK_MAX):
            made.append(where + b"".join(entries[i:i + X.ENTRY_CHUNK_MAX]))
    return made

policies = [chunks((1000, 1999), (1500, 1599)), chunks((2000, 2999), (2500, 2599))]
s = Socket()
SECTION = section(X.FEATURE_OUTBOUND, X.EFFECT_PREVENT, X.ACTION_DENY) + section(X.FEATURE_RAW_SOCKETS, X.EFFECT_ALERT)

def stage(which):
    cookie = s.begin()
    s.add_rule(cookie, 0, "big", ["/big"], SECTION)
    for chunk in policies[which]:
        s.do(X.CMD_ENTRIES_ADD, u64(X.A_POLICY_STAGE, cookie) + chunk)
    return cookie

print("ready", flush=True)
times = []
for swap in range(swaps):
    begun = time.monotonic()
    cookie = stage((swap + 1) % 2)
    staged = time.monotonic()
    s.commit(cookie)
    times.append((staged - begun, time.monotonic() - staged))
    # Sometimes at once, sometimes with a while in which it is settled.
    time.sleep(swap % 3 * 0.3)
    print(f"stage {times[-1][0]:.2f} s, commit {times[-1][1]:.3f} s", flush=True)
print(f"slowest commit {max(t for _, t in times):.3f}", flush=True)
END
swaps=16
for n in 1 2; do
	spawn in_cgroup big nsenter --net=/run/netns/box onepolicy 25 "$a" "$count" "$work/sender$n"
done
sleep 2
python3 "$work/swap.py" $count $swaps | tee "$work/swap.log"
check_eq "swaps" "$(grep -c '^stage' "$work/swap.log")" "$swaps"
check_eq "each is one generation" "$(generation)" $((a + swaps))
slowest=$(sed -n 's/^slowest commit //p' "$work/swap.log")
check_match "commits are quick" "$slowest" '^[0-4]\.[0-9]+$'
by_python=$(policy_hash)
check_eq "A's entries as sent by Python are those sent by the tool" "${by_python#* }" "${by_tool#* }"
both_done() {
	[[ -s $work/sender1 && -s $work/sender2 ]]
}
wait_for 40 both_done || bail "the senders do not end"
cat "$work/sender1" "$work/sender2"
for n in 1 2; do
	read -r _ rounds _ in_a _ in_b _ wrong _ _ <"$work/sender$n"
	check_eq "sender $n: no packet was judged by a mix" "$wrong" 0
	# It saw enough of both.
	check "sender $n: rounds under A and B" test "$rounds" -gt 1000 -a "$in_a" -gt 200 -a "$in_b" -gt 200
done

# Every audit is of a generation that decides so.
check_eq "no audit is of a mix" "$(audits \
	"select(.rule == \"big\") | (.generation % 2 == $a % 2) as \$a |
	 if .port < 1500 then (\$a | not) and .reason == \"not-allowed\"
	 elif .port < 1600 then .reason == (if \$a then \"denied\" else \"not-allowed\" end)
	 elif .port < 2500 then \$a and .reason == \"not-allowed\"
	 else .reason == (if \$a then \"not-allowed\" else \"denied\" end) end | not" | head -n 3)" ""
check "there are audits" has_audit '.rule == "big" and .reason == "denied"'

# Clients that come and go.
leveectl apply - <<<'rules: [{name: small, scope: {cgroup: [/big]}, outbound: {effect: alert}}]' || bail "no small policy"
small=$(policy_hash)
at=$(generation)
cat >"$work/clients.py" <<'END'
import os, resource, signal, subprocess, sys, time
from genl import *

def say(good, name, why=""):
    print("ok" if good else "not_ok", name + ("" if good else "|" + str(why)), flush=True)

def available():
    return int(next(line for line in open("/proc/meminfo") if line.startswith("MemAvailable")).split()[1]) // 1024

# 256 patterns are some 64 KiB of a stage in one message.
FAT = [f"/fat/{i:03}/" + "x" * 240 for i in range(256)]

def fill(s, stage, limit=1024):
    """Rules until refused, or the limit; returns the refusal."""
    for i in range(limit):
        try:
            s.add_rule(stage, i, f"r{i}", FAT)
        except Error as e:
            return i, e
    return limit, None

if len(sys.argv) > 1:
    s = Socket()
    fill(s, s.begin(), int(sys.argv[1]))
    print("staged", flush=True)
    time.sleep(100)

watch = Socket()
budget = int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 64)

# Staged bytes are bounded, for all stages together.
one = Socket()
stage = one.begin()
rules, refused = fill(one, stage)
say(refused and refused.errno == errno.E2BIG and "budget" in (refused.text or ""), "staged bytes are bounded", refused)
say(0.5 * budget < rules * 256 * 258 < 1.2 * budget, "bounded by a 64th of memory", f"{rules} rules, {budget}")
two = Socket()
_, refused = fill(two, two.begin(), 1)
say(refused and refused.errno == errno.E2BIG, "bounded for all stages together", refused)
one.close()
two.close()
say(watch.status()["limit.stages"] == 0, "closed sockets leave no stage", watch.status())

# A client killed between two messages. Were its bytes kept, the third could
# not stage as much.
before = available()
for n in range(3):
    client = subprocess.Popen([sys.executable, sys.argv[0], str(rules * 3 // 4)], stdout=subprocess.PIPE, text=True)
    line = client.stdout.readline()
    during = watch.status()["limit.stages"]
    client.kill()
    client.wait()
    say(line == "staged\n" and during == 1 and watch.status()["limit.stages"] == 0,
        f"client {n} killed mid-stage leaves no stage", (line, during, watch.status()["limit.stages"]))
free = 0
for _ in range(50):
    free = available()
    if free > before - 20:
        break
    time.sleep(0.1)
say(free > before - 20, "and no memory", f"{before} MiB available before, {free} after")

# Sixteen stages; the seventeenth is refused, and so is the tool.
socks = [Socket() for _ in range(17)]
cookies = [s.begin() for s in socks[:16]]
say(len(set(cookies)) == 16 and watch.status()["limit.stages"] == 16, "sixteen stages", cookies)
try:
    socks[16].begin()
    say(False, "the seventeenth is refused")
except Error as e:
    say(e.errno == errno.ENOSPC and e.text, "the seventeenth is refused", e)
policy = "rules: [{name: x, scope: {cgroup: [/x]}}]"
tool = subprocess.run(["leveectl", "apply", "-"], input=policy, text=True, capture_output=True)
say(tool.returncode == 1 and "too many policies are being staged" in tool.stderr, "the tool says why", tool)
try:
    socks[0].begin()
    say(False, "one stage a socket")
except Error as e:
    say(e.errno == errno.EBUSY, "one stage a socket", e)
socks[5].close()
again = socks[16].begin()
say(again not in cookies, "a stage that is free again has another number", again)

# Two of them, message by message in turn, are two policies.
a, b = socks[1], socks[2]
for i in range(20):
    for s, cookie, octet in ((a, cookies[1], 1), (b, cookies[2], 2)):
        s.add_rule(cookie, i, f"{octet}-{i}", [f"/{octet}/{i}"], section(X.FEATURE_OUTBOUND, X.EFFECT_ALERT))
        for part in range(3):
            s.add_entries(cookie, i, X.FEATURE_OUTBOUND, X.ACTION_DENY,
                          [prefix(f"10.{octet}.{part}.{n}") for n in range(i + 1)])
def octets():
    rules, entries = watch.policy()
    return ({first(r, X.A_POLICY_NAME)[:1] for r in rules}, len(rules),
            {first(parse(e), X.A_ENTRY_ADDRESS)[1] for *_, e in entries}, len(entries))
a.commit(cookies[1])
say(octets() == ({b"1"}, 20, {1}, 630), "the first of two", octets())
b.commit(cookies[2])
say(octets() == ({b"2"}, 20, {2}, 630), "the second of two", octets())
try:
    a.commit(cookies[1])
    say(False, "a stage commits once")
except Error as e:
    say(e.errno == errno.ENOENT, "a stage commits once", e)
try:
    a.commit(cookies[3])
    say(False, "another's stage is not to be committed")
except Error as e:
    say(e.errno == errno.ENOENT, "another's stage is not to be committed", e)
for s in socks:
    s.close()
say(watch.status()["limit.stages"] == 0, "all stages are gone", watch.status())
END
while read -r status text; do
	case $status in
	ok) ok "$text" ;;
	not_ok) not_ok "${text%%|*}" "${text#*|}" ;;
	*) echo "$status $text" ;;
	esac
done < <(python3 "$work/clients.py" 2>&1 || echo "not_ok clients|exit status $?")
check_eq "only the two commits changed the policy" "$(generation)" $((at + 2))
check_fails "which it did" test "$(policy_hash)" = "$small"

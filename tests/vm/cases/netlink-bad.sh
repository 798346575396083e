# SPDX-License-Identifier: GPL-2.0
# timeout: 200
# Whatever is wrong with a message, it gets an error with words and changes
# nothing; dumps go on where they stopped, and return what was sent.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
cgroup wl
cgroup dead
dead=$(stat -c %i "$cgroups/dead")
rmdir "$cgroups/dead"

cat >"$work/bad.py" <<'END'
import socket, struct, sys
from genl import *
from results import *

dead = int(sys.argv[1])
E = errno
s, other = Socket(), Socket()

# A policy that everything must leave as it is.
live = other.begin()
other.add_rule(live, 0, "keep", ["/wl"], section(X.FEATURE_OUTBOUND, X.EFFECT_PREVENT) +
               section(X.FEATURE_LISTEN, X.EFFECT_ALERT, X.ACTION_DENY))
other.add_entries(live, 0, X.FEATURE_OUTBOUND, X.ACTION_DENY, [prefix("192.0.2.0", 24), prefix("2001:db8::", 32)])
other.add_entries(live, 0, X.FEATURE_LISTEN, X.ACTION_ALLOW, [entry(X.TARGET_PORTS, proto=6, ports=(80, 80))])
generation = other.commit(live)
want = other.policy()

def unchanged():
    return other.policy() == want and other.status()["generation"] == generation

# What staging should hold at the end: one rule, two entries.
mine = s.begin()
s.add_rule(mine, 0, "first", ["/first"], section(X.FEATURE_OUTBOUND, X.EFFECT_ALERT))
s.add_entries(mine, 0, X.FEATURE_OUTBOUND, X.ACTION_DENY, [prefix("10.0.0.1"), prefix("10.0.0.2", 32, 6, (80, 80))])
theirs = other.begin()
other.add_rule(theirs, 0, "theirs", ["/theirs"])

STAGE = u64(X.A_POLICY_STAGE, mine)
RULE = u32(X.A_POLICY_RULE, 0)
NEXT = u32(X.A_POLICY_RULE, 1)
NAME = text(X.A_POLICY_NAME, "second")
SCOPE = pattern("/second")
OUT, LISTEN, RAW, SCAN, DNS = (u32(X.A_POLICY_FEATURE, n) for n in range(1, 6))
ALLOW, DENY = u32(X.A_POLICY_ACTION, X.ACTION_ALLOW), u32(X.A_POLICY_ACTION, X.ACTION_DENY)
GOOD = prefix("10.0.0.3")
WL = cgroup_id("/wl")

def raw_pattern(*parts):
    return nest(X.A_POLICY_PATTERN, *parts)

def raw_section(*parts):
    return nest(X.A_POLICY_SECTION, *parts)

def model(*parts):
    return nest(X.A_POLICY_MODEL, *parts)

FIELD, TEXT = u32(X.A_PATTERN_FIELD, 1), text(X.A_PATTERN_TEXT, "/x")
FEATURE, EFFECT = u32(X.A_SECTION_FEATURE, 1), u32(X.A_SECTION_EFFECT, 2)
PREFIX = u32(X.A_ENTRY_TARGET, X.TARGET_PREFIX)

bad = []
def add(name, cmd, attrs, code, words=None):
    bad.append((name, cmd, attrs, code, words))

# Whatever the operation: attributes that it does not know, of another's, cut.
for name, cmd, good in (
    ("status-get", X.CMD_STATUS_GET, b""),
    ("policy-begin", X.CMD_POLICY_BEGIN, b""),
    ("rule-add", X.CMD_RULE_ADD, STAGE + NEXT + NAME + SCOPE),
    ("entries-add", X.CMD_ENTRIES_ADD, STAGE + RULE + OUT + ALLOW + GOOD),
    ("policy-commit", X.CMD_POLICY_COMMIT, STAGE),
    ("policy-abandon", X.CMD_POLICY_ABANDON, STAGE),
    ("policy-flush", X.CMD_POLICY_FLUSH, b""),
    ("rule-get", X.CMD_RULE_GET, RULE),
    ("entry-get", X.CMD_ENTRY_GET, RULE + OUT + DENY),
    ("workload-get", X.CMD_WORKLOAD_GET, u64(X.A_WORKLOAD_CGROUP_ID, WL)),
    ("explain", X.CMD_EXPLAIN, u64(X.A_ACT_CGROUP_ID, WL) + u32(X.A_ACT_FEATURE, X.FEATURE_LISTEN)),
    ("release", X.CMD_RELEASE, u64(X.A_WORKLOAD_CGROUP_ID, WL)),
    ("event-get", X.CMD_EVENT_GET, b""),
):
    add(f"{name}: unknown attribute", cmd, good + u32(200, 1), E.EINVAL, "Unknown attribute type")
    # text, rule name, generation: which belong to answers only.
    foreign = {X.CMD_STATUS_GET: X.A_STATUS_VERSION, X.CMD_WORKLOAD_GET: X.A_WORKLOAD_PATH,
               X.CMD_RELEASE: X.A_WORKLOAD_PATH, X.CMD_EXPLAIN: X.A_ACT_RULE,
               X.CMD_EVENT_GET: X.A_EVENT_SEQ}.get(cmd, X.A_POLICY_STATS)
    add(f"{name}: attribute of the answer", cmd, good + u64(foreign, 1), E.EINVAL, "attribute")
    add(f"{name}: bytes behind the attributes", cmd, good + b"\1\0", E.EINVAL, "leftover")
    add(f"{name}: an attribute that ends too late", cmd, good + struct.pack("<HHI", 60, 1, 0), E.EINVAL, "leftover")
for name, cmd, good in (("policy-commit", X.CMD_POLICY_COMMIT, STAGE), ("policy-flush", X.CMD_POLICY_FLUSH, b"")):
    add(f"{name}: generation of 4 bytes", cmd, good + u32(X.A_POLICY_GENERATION, 1), (E.EINVAL, E.ERANGE))
add("policy-begin: a name", X.CMD_POLICY_BEGIN, NAME, E.EINVAL)
add("policy-begin: require unknown", X.CMD_POLICY_BEGIN, u32(X.A_POLICY_REQUIRE, 2), E.EINVAL)
add("policy-begin: a flag with a value", X.CMD_POLICY_BEGIN, u32(X.A_POLICY_ALERT_ONLY, 1), (E.EINVAL, E.ERANGE))
add("unknown command", 99, b"", E.EOPNOTSUPP)
add("command 0", 0, b"", E.EOPNOTSUPP)
add("the event is no request", X.CMD_EVENT_NTF, b"", E.EOPNOTSUPP)

# Stages.
for name, cmd, attrs in (
    ("rule-add", X.CMD_RULE_ADD, NEXT + NAME + SCOPE),
    ("entries-add", X.CMD_ENTRIES_ADD, RULE + OUT + ALLOW + GOOD),
    ("policy-commit", X.CMD_POLICY_COMMIT, b""),
    ("policy-abandon", X.CMD_POLICY_ABANDON, b""),
):
    add(f"{name}: no stage", cmd, attrs, E.EINVAL, "stage is missing")
    for what, stage in (("unknown stage", mine + 1000), ("stage 0", 0), ("stage of another socket", theirs), ("huge stage", 1 << 63)):
        add(f"{name}: {what}", cmd, u64(X.A_POLICY_STAGE, stage) + attrs, E.ENOENT, "no such stage")
    add(f"{name}: stage of 4 bytes", cmd, u32(X.A_POLICY_STAGE, mine) + attrs, (E.EINVAL, E.ERANGE))

# rule-add.
R = X.CMD_RULE_ADD
add("rule: no index", R, STAGE + NAME + SCOPE, E.EINVAL, "rule is missing")
add("rule: no name", R, STAGE + NEXT + SCOPE, E.EINVAL, "name is missing")
for index in (0, 2, 1024, 0xffffffff):
    add(f"rule: index {index}", R, STAGE + u32(X.A_POLICY_RULE, index) + NAME + SCOPE, E.EINVAL, "in order")
for what, name in (("empty", b""), ("newline", b"a\nb"), ("escape", b"\x1b[2J"), ("delete", b"a\x7f"), ("tab", b"\t")):
    add(f"rule: name, {what}", R, STAGE + NEXT + text(X.A_POLICY_NAME, name) + SCOPE, E.EINVAL)
add("rule: name of 64 bytes", R, STAGE + NEXT + text(X.A_POLICY_NAME, "x" * 64) + SCOPE, (E.EINVAL, E.ERANGE))
add("rule: name without its end", R, STAGE + NEXT + attr(X.A_POLICY_NAME, b"name") + SCOPE, E.EINVAL)
add("rule: no pattern", R, STAGE + NEXT + NAME, E.EINVAL, "pattern")
add("rule: only a negated pattern", R, STAGE + NEXT + NAME + pattern("/x", negated=True), E.EINVAL, "not negated")
for what, nested in (
    ("no field", raw_pattern(TEXT)), ("no text", raw_pattern(FIELD)), ("nothing", raw_pattern()),
    ("field 0", raw_pattern(u32(X.A_PATTERN_FIELD, 0), TEXT)), ("field 4", raw_pattern(u32(X.A_PATTERN_FIELD, 4), TEXT)),
    ("empty", pattern("")), ("no /", pattern("x")), ("open set", pattern("/[a")), ("empty set", pattern("/[]")),
    ("descending range", pattern("/[z-a]")), ("backslash at the end", pattern("/a\\")), ("newline", pattern("/a\nb")),
    ("256 bytes", pattern("/" + "x" * 255)), ("unknown attribute", raw_pattern(FIELD, TEXT, u32(9, 1))),
    ("not marked as a nest", attr(X.A_POLICY_PATTERN, FIELD + TEXT)), ("cut", attr(X.A_POLICY_PATTERN | NLA_F_NESTED, FIELD + TEXT[:6])),
    ("a flag with a value", raw_pattern(FIELD, u32(X.A_PATTERN_NEGATED, 1), TEXT)),
    ("no control in containers", pattern("a\x01", X.SCOPE_FIELD_CONTAINER)),
):
    add(f"rule: pattern, {what}", R, STAGE + NEXT + NAME + SCOPE + nested, (E.EINVAL, E.ERANGE))
add("rule: 257 patterns", R, STAGE + NEXT + NAME + b"".join(pattern(f"/{i}") for i in range(257)), E.E2BIG, "256")
for what, nested, code in (
    ("no feature", raw_section(EFFECT), E.EINVAL), ("no effect", raw_section(FEATURE), E.EINVAL),
    ("feature 0", raw_section(u32(X.A_SECTION_FEATURE, 0), EFFECT), E.ERANGE),
    ("feature 7", raw_section(u32(X.A_SECTION_FEATURE, 7), EFFECT), E.ERANGE),
    ("effect 0", raw_section(FEATURE, u32(X.A_SECTION_EFFECT, 0)), E.ERANGE),
    ("effect 5", raw_section(FEATURE, u32(X.A_SECTION_EFFECT, 5)), E.ERANGE),
    ("default 3", raw_section(FEATURE, EFFECT, u32(X.A_SECTION_DEFAULT, 3)), E.ERANGE),
    ("port-scan with a default", section(X.FEATURE_PORT_SCAN, 2, 1), E.EINVAL),
    ("outbound with a hold", raw_section(FEATURE, EFFECT, u32(X.A_SECTION_HOLD, 5)), E.EINVAL),
    ("hold 0", raw_section(u32(X.A_SECTION_FEATURE, 4), EFFECT, u32(X.A_SECTION_HOLD, 0)), E.ERANGE),
    ("hold of 8 days", raw_section(u32(X.A_SECTION_FEATURE, 4), EFFECT, u32(X.A_SECTION_HOLD, 691200)), E.ERANGE),
    ("twice", raw_section(FEATURE, EFFECT) * 2, E.EINVAL),
    ("of 2 bytes", raw_section(u16(X.A_SECTION_FEATURE, 1), EFFECT), (E.EINVAL, E.ERANGE)),
    ("unknown attribute", raw_section(FEATURE, EFFECT, u32(77, 1)), E.EINVAL),
    ("not marked as a nest", attr(X.A_POLICY_SECTION, FEATURE + EFFECT), E.EINVAL),
):
    add(f"rule: section, {what}", R, STAGE + NEXT + NAME + SCOPE + nested, code)
for what, nested in (
    ("mode 2", model(u32(X.A_MODEL_MODE, 2))), ("learn-for 0", model(u32(X.A_MODEL_LEARN_FOR, 0))),
    ("adapt 2", model(u32(X.A_MODEL_ADAPT, 2))), ("key 2", model(u32(X.A_MODEL_KEY, 2))),
    ("unknown attribute", model(u32(9, 1))),
):
    add(f"rule: model, {what}", R, STAGE + NEXT + NAME + SCOPE + nested, (E.EINVAL, E.ERANGE))
add("rule: socket family 64", R, STAGE + NEXT + NAME + SCOPE + u32(X.A_POLICY_SOCKET_FAMILY, 64), (E.EINVAL, E.ERANGE))

# entries-add.
A = X.CMD_ENTRIES_ADD
add("entries: no rule", A, STAGE + OUT + ALLOW + GOOD, E.EINVAL, "rule is missing")
add("entries: no feature", A, STAGE + RULE + ALLOW + GOOD, E.EINVAL, "feature is missing")
add("entries: no action", A, STAGE + RULE + OUT + GOOD, E.EINVAL, "action is missing")
add("entries: no entry", A, STAGE + RULE + OUT + ALLOW, E.EINVAL, "entry is missing")
add("entries: of no rule", A, STAGE + u32(X.A_POLICY_RULE, 7) + OUT + ALLOW + GOOD, E.EINVAL, "no such rule")
for value in (0, 7):
    add(f"entries: feature {value}", A, STAGE + RULE + u32(X.A_POLICY_FEATURE, value) + ALLOW + GOOD, E.ERANGE)
for value in (0, 3):
    add(f"entries: action {value}", A, STAGE + RULE + OUT + u32(X.A_POLICY_ACTION, value) + GOOD, E.ERANGE)
add("entries: of port-scan", A, STAGE + RULE + SCAN + ALLOW + GOOD, E.EINVAL)
V4, V4_LEN = attr(X.A_ENTRY_ADDRESS, bytes([10, 0, 0, 9])), u32(X.A_ENTRY_PREFIX_LEN, 32)
for what, feature, one, words in (
    ("no target", OUT, nest(X.A_POLICY_ENTRY, V4, V4_LEN), "target"),
    ("nothing", OUT, nest(X.A_POLICY_ENTRY), "target"),
    ("target 0", OUT, entry(0), None), ("target 10", OUT, entry(10), None),
    ("unknown attribute", OUT, nest(X.A_POLICY_ENTRY, PREFIX, V4, V4_LEN, u32(33, 1)), None),
    ("not marked as a nest", OUT, attr(X.A_POLICY_ENTRY, PREFIX + V4 + V4_LEN), None),
    ("prefix without an address", OUT, nest(X.A_POLICY_ENTRY, PREFIX, V4_LEN), "address"),
    ("address of 0 bytes", OUT, entry(X.TARGET_PREFIX, b"", 0), "address"),
    ("address of 5 bytes", OUT, entry(X.TARGET_PREFIX, bytes(5), 0), "4 or 16"),
    ("address of 17 bytes", OUT, entry(X.TARGET_PREFIX, bytes(17), 0), None),
    ("length 33", OUT, entry(X.TARGET_PREFIX, bytes([10, 0, 0, 9]), 33), "32"),
    ("length 129", OUT, entry(X.TARGET_PREFIX, bytes(16), 129), None),
    ("length 2**32 - 1", OUT, entry(X.TARGET_PREFIX, bytes(16), 0xffffffff), None),
    ("bits beyond the prefix", OUT, prefix("10.0.0.9", 24), "beyond"),
    ("bits beyond the prefix, IPv6", OUT, prefix("2001:db8::1", 64), "beyond"),
    ("an address without its length", OUT, nest(X.A_POLICY_ENTRY, PREFIX, V4), "beyond"),
    ("IPv4-mapped", OUT, prefix("::ffff:10.0.0.9"), "IPv4-mapped"),
    ("IPv4-mapped prefix", OUT, prefix("::ffff:0:0", 96), "IPv4-mapped"),
    ("ports with icmp", OUT, prefix("10.0.0.9", 32, 1, (1, 2)), "no ports"),
    ("ports with protocol 0", OUT, prefix("10.0.0.9", 32, 0, (1, 2)), "no ports"),
    ("port 0", OUT, prefix("10.0.0.9", 32, 6, (0, 5)), "port 0"),
    ("ports in descending order", OUT, prefix("10.0.0.9", 32, 6, (9, 5)), "first port"),
    ("port 65536", OUT, prefix("10.0.0.9", 32, 6, (9, 65536)), None),
    ("one port only", OUT, nest(X.A_POLICY_ENTRY, PREFIX, V4, V4_LEN, u32(X.A_ENTRY_PORT_FIRST, 5)), "both ports"),
    ("the other port only", OUT, nest(X.A_POLICY_ENTRY, PREFIX, V4, V4_LEN, u32(X.A_ENTRY_PORT_LAST, 5)), "both ports"),
    ("protocol 256", OUT, prefix("10.0.0.9", 32, 256), None),
    ("any with an address", OUT, entry(X.TARGET_ANY, bytes([10, 0, 0, 9])), "address"),
    ("any with a length", OUT, entry(X.TARGET_ANY, length=8), "length"),
    ("ports in outbound", OUT, entry(X.TARGET_PORTS, proto=6, ports=(1, 2)), "outbound"),
    ("raw in outbound", OUT, entry(X.TARGET_RAW, proto=1), "outbound"),
    ("prefix in listen", LISTEN, GOOD, "listen"),
    ("listen without ports", LISTEN, entry(X.TARGET_PORTS, proto=6), "ports"),
    ("listen with icmp", LISTEN, entry(X.TARGET_PORTS, proto=1, ports=(1, 2)), None),
    ("ephemeral with ports", LISTEN, entry(X.TARGET_EPHEMERAL, proto=6, ports=(1, 2)), "ephemeral"),
    ("packet with a protocol", RAW, entry(X.TARGET_PACKET, proto=6), None),
    ("raw with ports", RAW, entry(X.TARGET_RAW, proto=6, ports=(1, 2)), "ports"),
    ("any in raw-sockets", RAW, entry(X.TARGET_ANY), "raw-sockets"),
):
    add(f"entry: {what}", A, STAGE + RULE + feature + ALLOW + one, (E.EINVAL, E.ERANGE), words)
add("entries: the same twice", A, STAGE + RULE + OUT + ALLOW + GOOD * 2, E.EINVAL, "ascending")
add("entries: in descending order", A, STAGE + RULE + OUT + ALLOW + prefix("10.0.0.9") + prefix("10.0.0.8"), E.EINVAL, "ascending")
add("entries: IPv6 before IPv4", A, STAGE + RULE + OUT + ALLOW + prefix("::2") + GOOD, E.EINVAL, "ascending")
add("entries: a longer prefix first", A, STAGE + RULE + OUT + ALLOW + prefix("10.0.0.0", 24) + prefix("10.0.0.0", 16), E.EINVAL, "ascending")
add("entries: with a protocol before without", A, STAGE + RULE + OUT + ALLOW + prefix("10.0.0.9", 32, 0) + prefix("10.0.0.9"), E.EINVAL, "ascending")
add("entries: below those of the message before", A, STAGE + RULE + OUT + DENY + prefix("10.0.0.1", 32), E.EINVAL, "ascending")
add("entries: 1,025", A, STAGE + RULE + OUT + ALLOW + b"".join(prefix(str(socket.inet_ntoa(struct.pack(">I", 0x0b000000 + i)))) for i in range(1025)),
    E.E2BIG, "1024")
add("entries: two good, then a bad one", A, STAGE + RULE + OUT + DENY + prefix("10.0.0.3") + prefix("10.0.0.4") + prefix("10.0.0.9", 24), E.EINVAL, "beyond")

# Reading.
add("rule-get: no rule", X.CMD_RULE_GET, b"", E.EINVAL, "rule is missing")
add("rule-get: of no rule", X.CMD_RULE_GET, NEXT, E.ENOENT, "no such rule")
add("entry-get: no rule", X.CMD_ENTRY_GET, OUT + DENY, E.EINVAL, "rule is missing")
add("entry-get: no feature", X.CMD_ENTRY_GET, RULE + DENY, E.EINVAL, "feature is missing")
add("entry-get: no action", X.CMD_ENTRY_GET, RULE + OUT, E.EINVAL, "action is missing")
add("entry-get: of no rule", X.CMD_ENTRY_GET, NEXT + OUT + DENY, E.ENOENT, "no such rule")
add("workload-get: no id", X.CMD_WORKLOAD_GET, b"", E.EINVAL, "cgroup-id is missing")
for what, number_ in (("dead", dead), ("0", 0), ("unknown", 1 << 50)):
    add(f"workload-get: {what} cgroup", X.CMD_WORKLOAD_GET, u64(X.A_WORKLOAD_CGROUP_ID, number_), E.ENOENT, "no workload")
    add(f"release: {what} cgroup", X.CMD_RELEASE, u64(X.A_WORKLOAD_CGROUP_ID, number_), E.ENOENT, "quarantined")
    add(f"explain: {what} cgroup", X.CMD_EXPLAIN, u64(X.A_ACT_CGROUP_ID, number_) + u32(X.A_ACT_FEATURE, 2), E.ENOENT, "no such cgroup")
add("release: no id", X.CMD_RELEASE, b"", E.EINVAL, "cgroup-id is missing")
add("release: not quarantined", X.CMD_RELEASE, u64(X.A_WORKLOAD_CGROUP_ID, WL), E.ENOENT, "quarantined")
ID = u64(X.A_ACT_CGROUP_ID, WL)
ADDRESS = attr(X.A_ACT_ADDRESS, bytes([192, 0, 2, 1]))
def feature(n):
    return u32(X.A_ACT_FEATURE, n)
for what, attrs, words in (
    ("no cgroup", feature(1) + ADDRESS, "cgroup-id is missing"), ("no feature", ID + ADDRESS, "feature is missing"),
    ("no address", ID + feature(1), "address is missing"), ("address of 5 bytes", ID + feature(1) + attr(X.A_ACT_ADDRESS, bytes(5)), "4 or 16"),
    ("address of 17 bytes", ID + feature(1) + attr(X.A_ACT_ADDRESS, bytes(17)), None),
    ("feature 7", ID + feature(7) + ADDRESS, None), ("no family", ID + feature(3), "socket-family is missing"),
    ("family 64", ID + feature(3) + u32(X.A_ACT_SOCKET_FAMILY, 64), None),
    ("port 65536", ID + feature(1) + ADDRESS + u32(X.A_ACT_PORT, 65536), None),
    ("protocol 256", ID + feature(1) + ADDRESS + u32(X.A_ACT_PROTO, 256), None),
):
    add(f"explain: {what}", X.CMD_EXPLAIN, attrs, (E.EINVAL, E.ERANGE), words)
for value in (0, 4):
    add(f"event-get: type {value}", X.CMD_EVENT_GET, u32(X.A_EVENT_TYPE, value), E.ERANGE)
add("event-get: of the future", X.CMD_EVENT_GET, u64(X.A_EVENT_SINCE, 1 << 63), E.ENOENT, "no such event")

# Each gets its error, and words that say why (of ours, or the kernel's own).
for name, cmd, attrs, code, words in bad:
    codes = code if isinstance(code, tuple) else (code,)
    try:
        got = s.do(cmd, attrs)
        say(False, name, f"it succeeded: {got}")
    except Error as e:
        silent = E.EOPNOTSUPP in codes
        say(e.errno in codes and (silent or e.text) and (words or "") in (e.text or ""), name,
            f"{e}, not {codes} {words}")
    if not unchanged():
        say(False, f"{name}: changes nothing", other.policy())
        sys.exit()
for cmd in (X.CMD_STATUS_GET, X.CMD_POLICY_BEGIN, X.CMD_EXPLAIN, X.CMD_POLICY_FLUSH):
    refused(f"dump of {cmd}", (E.EOPNOTSUPP, E.EINVAL), s.dump, cmd)
refused("dump with an unknown attribute", E.EINVAL, s.dump, X.CMD_RULE_GET, u32(200, 1))
refused("dump with an attribute of answers", E.EINVAL, s.dump, X.CMD_ENTRY_GET, NAME)
say(unchanged(), "nothing changed")
# An attribute that is at fault is pointed at.
try:
    s.do(A, STAGE + RULE + OUT + ALLOW + prefix("10.0.0.9", 24))
except Error as e:
    # Headers 20, stage 12, rule 8, feature 8, action 8, nest 4, target 8: the address.
    same("the error points at the attribute", e.offset, 68)

# A stage commits once, and with a stale generation not at all.
refused("commit: stale generation", E.ESTALE, s.commit, mine, u64(X.A_POLICY_GENERATION, generation - 1), text="another policy")
say(unchanged(), "a stale commit changes nothing")
refused("flush: stale generation", E.ESTALE, s.do, X.CMD_POLICY_FLUSH, u64(X.A_POLICY_GENERATION, generation + 1), text="another policy")
say(unchanged(), "a stale flush changes nothing")

# What was refused is not half in the stage.
s.close()
s = Socket()
mine = s.begin()
STAGE = u64(X.A_POLICY_STAGE, mine)
s.add_rule(mine, 0, "first", ["/first"], section(X.FEATURE_OUTBOUND, X.EFFECT_ALERT))
s.add_entries(mine, 0, X.FEATURE_OUTBOUND, X.ACTION_DENY, [prefix("10.0.0.1"), prefix("10.0.0.2", 32, 6, (80, 80))])
refused("a message with a bad third entry", E.EINVAL, s.do, A,
        STAGE + RULE + OUT + DENY + prefix("10.0.0.3") + prefix("10.0.0.4") + prefix("10.0.0.9", 24))
refused("a rule with a bad section", E.EINVAL, s.do, R,
        STAGE + NEXT + NAME + SCOPE + raw_section(FEATURE))
generation = s.commit(mine, u64(X.A_POLICY_GENERATION, generation))
rules, entries = other.policy()
same("what was refused is not in the stage", (len(rules), len(entries)), (1, 2))

# Nor is anything ignored that was sent.
stage = s.begin()
refused("rule: name with something behind its end", E.EINVAL, s.do, R,
        u64(X.A_POLICY_STAGE, stage) + RULE + attr(X.A_POLICY_NAME, b"a\0b\0") + SCOPE)
s.do(X.CMD_POLICY_ABANDON, u64(X.A_POLICY_STAGE, stage))
stage = s.begin()
refused("rule: pattern with something behind its end", E.EINVAL, s.do, R,
        u64(X.A_POLICY_STAGE, stage) + RULE + NAME + raw_pattern(FIELD, attr(X.A_PATTERN_TEXT, b"/a\0b\0")))
s.do(X.CMD_POLICY_ABANDON, u64(X.A_POLICY_STAGE, stage))

# 1,024 rules, and not one more.
stage = s.begin()
for i in range(1024):
    s.add_rule(stage, i, f"r{i}", [f"/r{i}"])
refused("the 1,025th rule", E.E2BIG, s.add_rule, stage, 1024, "more", ["/more"], text="1024")
s.do(X.CMD_POLICY_ABANDON, u64(X.A_POLICY_STAGE, stage))
refused("an abandoned stage is gone", E.ENOENT, s.commit, stage)
for n in (s, other):
    n.close()
END

cat >"$work/fuzz.py" <<'END'
import random, struct, sys, time
from genl import *
from results import *

seed, rounds = int(sys.argv[1]), int(sys.argv[2])
print(f"seed {seed}", flush=True)
rng = random.Random(seed)
watch = Socket()
stage = watch.begin()
watch.add_rule(stage, 0, "keep", ["/wl"], section(X.FEATURE_OUTBOUND, X.EFFECT_PREVENT))
watch.add_entries(stage, 0, X.FEATURE_OUTBOUND, X.ACTION_DENY, [prefix("192.0.2.0", 24), prefix("2001:db8::", 32)])
watch.commit(stage)
want, before = watch.policy(), watch.status()
WL = cgroup_id("/wl")
s = Socket()
stage = s.begin()
S, RULE = u64(X.A_POLICY_STAGE, stage), u32(X.A_POLICY_RULE, 0)
s.add_rule(stage, 0, "first", ["/first"])
FEATURE, ACTION = u32(X.A_POLICY_FEATURE, 1), u32(X.A_POLICY_ACTION, 1)
good = [
    (X.CMD_STATUS_GET, b""),
    (X.CMD_POLICY_BEGIN, u32(X.A_POLICY_REQUIRE, 1) + attr(X.A_POLICY_ALERT_ONLY)),
    (X.CMD_RULE_ADD, rule(stage, 1, "fuzzed", ["/a*", pattern("/b/**", negated=True), pattern("x-[0-9]?", 2)],
                          section(1, 2, 1) + section(2, 3, 2) + section(3, 4) + nest(X.A_POLICY_SECTION, u32(1, 4), u32(2, 2), u32(4, 60)),
                          nest(X.A_POLICY_MODEL, u32(1, 1), u32(2, 9), u32(3, 9), u32(4, 1), u32(5, 1)) + u32(X.A_POLICY_SOCKET_FAMILY, 2))),
    (X.CMD_ENTRIES_ADD, S + RULE + FEATURE + ACTION + prefix("10.0.0.0", 8) + prefix("10.0.0.1", 32, 6, (1, 65535)) +
     prefix("2001:db8::1", 128, 17, (53, 53)) + entry(X.TARGET_ANY) + entry(X.TARGET_INTERNET, proto=6, ports=(443, 443)) + entry(X.TARGET_LOOPBACK)),
    (X.CMD_ENTRIES_ADD, S + RULE + u32(X.A_POLICY_FEATURE, 2) + ACTION + entry(X.TARGET_PORTS, proto=6, ports=(1, 99)) + entry(X.TARGET_EPHEMERAL, proto=17)),
    (X.CMD_ENTRIES_ADD, S + RULE + u32(X.A_POLICY_FEATURE, 3) + ACTION + entry(X.TARGET_RAW, proto=1) + entry(X.TARGET_PACKET) + entry(X.TARGET_XDP)),
    (X.CMD_POLICY_ABANDON, S),
    (X.CMD_RULE_GET, RULE), (X.CMD_ENTRY_GET, RULE + FEATURE + u32(X.A_POLICY_ACTION, 2)),
    (X.CMD_WORKLOAD_GET, u64(1, WL)),
    (X.CMD_EXPLAIN, u64(1, WL) + u32(2, 1) + u32(3, 6) + attr(4, bytes([192, 0, 2, 1])) + u32(5, 80)),
    (X.CMD_EXPLAIN, u64(1, WL) + u32(2, 3) + u32(3, 1) + u32(6, 17)),
    (X.CMD_EVENT_GET, u32(1, 1) + u64(25, 0)),
]
# Those that may change the policy, were they made out of others.
CHANGING = (X.CMD_POLICY_COMMIT, X.CMD_POLICY_FLUSH, X.CMD_RELEASE)
ODD = (0, 1, 2, 3, 4, 5, 7, 8, 9, 0x7f, 0x80, 0xff)

def mutate(data):
    """Of the attributes: bytes, bits, lengths, order, doubles, a cut, more."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        what = rng.randrange(8)
        at = rng.randrange(len(data)) if data else 0
        if what == 0 and data:
            data[at] = rng.choice(ODD)
        elif what == 1 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif what == 2 and len(data) >= 4:
            struct.pack_into("<H", data, min(at & ~3, len(data) - 4), rng.choice((0, 1, 3, 4, 5, 8, len(data), len(data) + 4, 0xffff)))
        elif what == 3 and len(data) >= 4:
            struct.pack_into("<H", data, min(at & ~3, len(data) - 4) + 2, rng.choice((0, 1, 13, 15, 16, 0x4001, 0x8001, 0xffff)))
        elif what == 4:
            data = data[:at]
        elif what == 5:
            data += bytes(rng.randrange(256) for _ in range(rng.randrange(1, 12)))
        elif what == 6:
            other = rng.choice(good)[1]
            data[at & ~3:at & ~3] = other[:rng.randrange(len(other) + 1) & ~3]
        elif what == 7 and data:
            data += data[at & ~3:]
    return bytes(data)

accepted = failed = 0
codes = {}
began = time.monotonic()
for n in range(rounds):
    cmd, attrs = rng.choice(good)
    if not rng.randrange(10):
        cmd = rng.choice([c for c in range(20) if c not in CHANGING])
    flags = NLM_F_DUMP if not rng.randrange(4) else NLM_F_ACK
    try:
        s.do(cmd, mutate(attrs), flags)
        accepted += 1
    except Error as e:
        failed += 1
        codes[errno.errorcode[e.errno]] = codes.get(errno.errorcode[e.errno], 0) + 1
    if n % 250 == 0:
        if watch.policy() != want:
            say(False, "mutated messages change nothing", f"round {n} of seed {seed}")
            sys.exit()
        # Now and then from the beginning.
        s.close()
        s = Socket()
        stage = s.begin()
        S = u64(X.A_POLICY_STAGE, stage)
        for i, (cmd, attrs) in enumerate(good):
            if attrs.startswith(struct.pack("<HH", 12, X.A_POLICY_STAGE)) and cmd in (X.CMD_RULE_ADD, X.CMD_ENTRIES_ADD, X.CMD_POLICY_ABANDON):
                good[i] = (cmd, S + attrs[12:])
        s.add_rule(stage, 0, "first", ["/first"])
print(f"{rounds} messages in {time.monotonic() - began:.1f} s: {accepted} accepted, {failed} refused, {codes}")
say(watch.policy() == want and watch.status()["generation"] == before["generation"], "mutated messages change nothing", f"seed {seed}")
# Both kinds were among them, else this shows little.
say(accepted > rounds / 50 and failed > rounds / 4, "some were accepted, many refused", (accepted, failed))
s.close()
after = watch.status()
same("no stage is left", after["limit.stages"], 0)
same("memory is what it was", after["limit.memory"], before["limit.memory"])
END

cat >"$work/dumps.py" <<'END'
import os, socket, struct, sys
from genl import *
from results import *

def address(n):
    return socket.inet_ntoa(struct.pack(">I", 0x0a000000 + n))

s = Socket()
# Rules of every size, the largest one possible in the middle.
sent_rules, sent_entries = [], []
stage = s.begin()
for i in range(120):
    count = 256 if i == 60 else 1 + i % 7
    patterns = [pattern(f"/wl/{i}/{n:03}" + "x" * (240 if i == 60 else i), negated=n == 3) for n in range(count)]
    sections = [section(f, 1 + (i + f) % (4 if f < 5 else 1), (i % 3) or None if f < 4 else None) for f in range(1, 7)]
    families = [u32(X.A_POLICY_SOCKET_FAMILY, f) for f in (1, 2, 10, 63)[:i % 5]]
    name = f"rule {i} \u00e4 \"'\\"
    s.do(X.CMD_RULE_ADD, rule(stage, i, name, patterns, b"".join(sections), b"".join(families)))
    sent_rules.append((i, name.encode() + b"\0", [p[4:] for p in patterns], [p[4:] for p in sections], [f[4:] for f in families]))
    for feature, action, entries in (
        (1, 1, [prefix(address(n * 3), 32, 6 if n % 2 else None, (n + 1, n + 1) if n % 2 else None) for n in range(i * 2)]),
        (1, 2, [prefix(f"2001:db8:{n:x}::", 48) for n in range(i % 50)] + [entry(X.TARGET_INTERNET, proto=6, ports=(25, 25))]),
        (2, 1, [entry(X.TARGET_PORTS, proto=6, ports=(n * 2 + 1, n * 2 + 1)) for n in range(i % 40)] + [entry(X.TARGET_EPHEMERAL, proto=17)]),
        (3, 1, [entry(X.TARGET_RAW, proto=1), entry(X.TARGET_PACKET)]),
    ):
        if entries:
            s.add_entries(stage, i, feature, action, entries)
            sent_entries += [(i, feature, action, e[4:4 + struct.unpack_from("<H", e)[0] - 4]) for e in entries]
generation = s.commit(stage)

def got_rules(socket_, attrs=b""):
    found = []
    for a in socket_.dump(X.CMD_RULE_GET, attrs):
        def all_of(kind):
            return [payload for k, payload in a if k == kind]
        found.append((number(a, X.A_POLICY_RULE), first(a, X.A_POLICY_NAME), all_of(X.A_POLICY_PATTERN),
                      all_of(X.A_POLICY_SECTION), all_of(X.A_POLICY_SOCKET_FAMILY)))
    return found

def got_entries(socket_, attrs=b""):
    found = []
    for a in socket_.dump(X.CMD_ENTRY_GET, attrs):
        where = tuple(number(a, k) for k in (X.A_POLICY_RULE, X.A_POLICY_FEATURE, X.A_POLICY_ACTION))
        found += [(*where, payload) for k, payload in a if k == X.A_POLICY_ENTRY]
    return found

def alike(got, want):
    return got == want or next(((g, w) for g, w in zip(got, want) if g != w), (len(got), len(want)))

small = Socket(receive_buffer=1, chunk=8192)
for what, sock in (("large", s), ("small", small)):
    try:
        say(alike(got_entries(sock), sent_entries) is True, f"entries, {what} buffer", alike(got_entries(sock), sent_entries))
    except Error as e:
        say(False, f"entries, {what} buffer", e)
say(alike(got_rules(s), sent_rules) is True, "rules, large buffer", alike(got_rules(s), sent_rules))
# The largest rule fits no small buffer; all the others do.
same("rules, small buffer, one by one", [got_rules(small, u32(X.A_POLICY_RULE, i)) for i in range(120) if i != 60],
     [[r] for i, r in enumerate(sent_rules) if i != 60])
one = s.do(X.CMD_RULE_GET, u32(X.A_POLICY_RULE, 60))[0]
same("the largest rule alone", [p for k, p in one if k == X.A_POLICY_PATTERN], sent_rules[60][2])

# Filters.
same("rules of an index", got_rules(s, u32(X.A_POLICY_RULE, 7)), sent_rules[7:8])
same("rules of no index", got_rules(s, u32(X.A_POLICY_RULE, 120)), [])
for rule_, feature, action in ((7, None, None), (None, 2, None), (None, None, 2), (9, 1, 1), (9, 4, 1), (119, 1, 2), (500, None, None)):
    attrs = b"".join(u32(k, v) for k, v in zip((X.A_POLICY_RULE, X.A_POLICY_FEATURE, X.A_POLICY_ACTION), (rule_, feature, action)) if v is not None)
    want = [e for e in sent_entries if all(w in (None, g) for w, g in zip((rule_, feature, action), e))]
    say(alike(got_entries(s, attrs), want) is True, f"entries of {rule_}, {feature}, {action}", alike(got_entries(s, attrs), want))

# A dump that a commit overtakes is marked, so that nobody takes it for one policy.
small = Socket(receive_buffer=1, chunk=8192)
small.sock.send(small.message(X.CMD_ENTRY_GET, b"", NLM_F_DUMP))
small.sock.recv(8192, socket.MSG_PEEK)
stage = s.begin()
s.add_rule(stage, 0, "workloads", ["/wl/*"], section(X.FEATURE_OUTBOUND, X.EFFECT_PREVENT))
s.add_entries(stage, 0, X.FEATURE_OUTBOUND, X.ACTION_DENY, [prefix("192.0.2.0", 24)])
s.commit(stage)
small.answers()
say(small.changed, "a dump that a commit overtakes is marked")
s.dump(X.CMD_ENTRY_GET)
say(not s.changed, "one that none overtakes is not")

# Workloads, more than a buffer holds.
ids = {}
for n in range(400):
    os.mkdir(f"/sys/fs/cgroup/wl/{n}")
    ids[cgroup_id(f"/wl/{n}")] = f"/wl/{n}"
    s.do(X.CMD_EXPLAIN, u64(X.A_ACT_CGROUP_ID, cgroup_id(f"/wl/{n}")) + u32(X.A_ACT_FEATURE, 1) + attr(X.A_ACT_ADDRESS, bytes(4)))
def workloads(sock, attrs=b""):
    return [(number(a, X.A_WORKLOAD_CGROUP_ID), first(a, X.A_WORKLOAD_PATH)[:-1].decode()) for a in sock.dump(X.CMD_WORKLOAD_GET, attrs)]
for what, sock in (("large", s), ("small", small)):
    say(sorted(workloads(sock)) == sorted(ids.items()), f"workloads, {what} buffer", len(workloads(sock)))
some = cgroup_id("/wl/77")
same("one workload", workloads(s, u64(X.A_WORKLOAD_CGROUP_ID, some)), [(some, "/wl/77")])
same("no workload", workloads(s, u64(X.A_WORKLOAD_CGROUP_ID, 1 << 50)), [])
for n in range(400):
    os.rmdir(f"/sys/fs/cgroup/wl/{n}")

# Events: of a type, of a time, each once, in any buffer.
def events(sock, attrs=b""):
    return [(number(a, X.A_EVENT_TYPE), number(a, X.A_EVENT_SEQ), number(a, X.A_EVENT_TIME)) for a in sock.dump(X.CMD_EVENT_GET, attrs)]
NOTICES = u32(X.A_EVENT_TYPE, X.EVENT_TYPE_NOTICE)
notices = events(s, NOTICES)
say(len(notices) > 4 and {kind for kind, *_ in notices} == {X.EVENT_TYPE_NOTICE}, "events of a type", notices)
say(notices == sorted(set(notices), key=lambda e: e[1]), "events in their order, each once", notices)
same("events, small buffer", events(small, NOTICES), notices)
since = notices[len(notices) // 2][2]
same("events of a time", events(s, NOTICES + u64(X.A_EVENT_SINCE, since)), [e for e in notices if e[2] >= since])
same("events of no time", events(s, NOTICES + u64(X.A_EVENT_SINCE, (1 << 64) - 1)), [])
END

relay python3 "$work/bad.py" "$dead"
relay python3 "$work/fuzz.py" "$((RANDOM * 32768 + RANDOM))" 4000
relay python3 "$work/dumps.py"

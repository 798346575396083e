# SPDX-License-Identifier: GPL-2.0
# Who has no CAP_NET_ADMIN in the initial user namespace neither reads, changes
# nor listens, and the family is not to be seen in other network namespaces.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
chmod 755 "$work"
chmod -R a+rX /root/data
# Others shall get at the helpers.
chmod 711 /root
cgroup small
leveectl apply - <<<'rules: [{name: small, scope: {cgroup: [/small]}, outbound: {effect: prevent, deny: [192.0.2.1]}}]' ||
	bail "the policy was refused"

# One attempt at everything, with the numbers that privilege would look up.
cat >"$work/attempt.py" <<'END'
import socket, sys
from genl import *
from results import *

who, family, generation, cgroup = sys.argv[1], *map(int, sys.argv[2:5])
groups = dict(zip(("audit", "incident", "notice"), map(int, sys.argv[5:8])))
same(f"{who}: names of the groups", *(sorted(g) for g in (Socket().groups, groups)))
s = Socket()
same(f"{who}: its number", s.family, family)
stage = u64(X.A_POLICY_STAGE, 1)
rule0 = u32(X.A_POLICY_RULE, 0)
target = u64(X.A_WORKLOAD_CGROUP_ID, cgroup)
act = u64(X.A_ACT_CGROUP_ID, cgroup) + u32(X.A_ACT_FEATURE, 1) + attr(X.A_ACT_ADDRESS, bytes(4))
for name, cmd, attrs in (
    ("status-get", X.CMD_STATUS_GET, b""),
    ("policy-begin", X.CMD_POLICY_BEGIN, b""),
    ("rule-add", X.CMD_RULE_ADD, rule(1, 0, "x", ["/x"])),
    ("entries-add", X.CMD_ENTRIES_ADD, stage + rule0 + u32(X.A_POLICY_FEATURE, 1) + u32(X.A_POLICY_ACTION, 1) +
     prefix("192.0.2.1")),
    ("policy-commit", X.CMD_POLICY_COMMIT, stage),
    ("policy-abandon", X.CMD_POLICY_ABANDON, stage),
    ("policy-flush", X.CMD_POLICY_FLUSH, b""),
    ("rule-get", X.CMD_RULE_GET, rule0),
    ("entry-get", X.CMD_ENTRY_GET, rule0 + u32(X.A_POLICY_FEATURE, 1) + u32(X.A_POLICY_ACTION, 2)),
    ("workload-get", X.CMD_WORKLOAD_GET, target),
    ("explain", X.CMD_EXPLAIN, act),
    ("release", X.CMD_RELEASE, target),
    ("event-get", X.CMD_EVENT_GET, b""),
):
    refused(f"{who}: {name}", errno.EPERM, s.do, cmd, attrs)
for name, cmd in (("rule-get", X.CMD_RULE_GET), ("entry-get", X.CMD_ENTRY_GET),
                  ("workload-get", X.CMD_WORKLOAD_GET), ("event-get", X.CMD_EVENT_GET)):
    refused(f"{who}: dump of {name}", errno.EPERM, s.dump, cmd)
for name in groups:
    refused(f"{who}: group {name}", errno.EPERM, s.join, name)
# The other way to join: with the bind.
for name, group in groups.items():
    if group > 32:
        continue
    refused(f"{who}: bind to group {name}", errno.EPERM,
            socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16).bind, (0, 1 << group - 1))
END
# Where there is another network namespace, there is no family.
cat >"$work/elsewhere.py" <<'END'
import struct, sys
from genl import *
from results import *

who, family, generation, cgroup = sys.argv[1], *map(int, sys.argv[2:5])
groups = [int(arg) for arg in sys.argv[5:8]]
refused(f"{who}: no family", errno.ENOENT, Socket)
s = Socket(family="nlctrl")
listed = [first(a, 2) for a in s.dump(CTRL_GETFAMILY)]
say(b"nlctrl\0" in listed and b"levee\0" not in listed, f"{who}: not among the families", listed)
s.family = family
refused(f"{who}: nor by its number", (errno.ENOENT, errno.EPERM), s.do, X.CMD_STATUS_GET)
refused(f"{who}: nor by its number, to change", (errno.ENOENT, errno.EPERM), s.do, X.CMD_POLICY_FLUSH)
# A number can be joined where the namespace is one's own; nothing comes.
joined = 0
for group in groups:
    try:
        s.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, group)
        joined += 1
    except OSError as e:
        print(f"joining {group}: {e}")
print("listening", flush=True)
say(not wait_readable(s.sock, 4), f"{who}: hears nothing", f"{joined} groups joined")
END

mapfile -t numbers < <(python3 -c '
import genl
s = genl.Socket()
print(s.family, s.status()["generation"], *(s.groups[g] for g in ("audit", "incident", "notice")), sep="\n")')
family=${numbers[0]} generation=${numbers[1]}
args=("$family" "$generation" "$(stat -c %i "$cgroups/small")" "${numbers[@]:2}")
before=$(leveectl show policy)
as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)

# That none of this is refused for another reason: root may.
check "root may read" python3 -c 'import genl; genl.Socket().dump(genl.X.CMD_RULE_GET)'
check "root may listen" python3 -c 'import genl; genl.Socket().join("audit")'

relay "${as_nobody[@]}" python3 "$work/attempt.py" nobody "${args[@]}"
relay unshare -Ur python3 "$work/attempt.py" "root in a user namespace" "${args[@]}"
relay "${as_nobody[@]}" unshare -Ur python3 "$work/attempt.py" "nobody as root in a user namespace" "${args[@]}"
# Root without the one capability, and with every other.
relay setpriv --bounding-set -net_admin --inh-caps -net_admin python3 "$work/attempt.py" "root without CAP_NET_ADMIN" "${args[@]}"

# Something to hear, while those elsewhere listen.
speak() {
	sleep 2
	in_cgroup small bash -c "exec 3<>/dev/tcp/192.0.2.$1/9" 2>/dev/null
	leveectl apply - <<<"rules: [{name: small, scope: {cgroup: [/small]}, outbound: {effect: prevent, deny: [192.0.2.1]}}]" >/dev/null
}
netns box
speak 1 &
relay in_netns box python3 "$work/elsewhere.py" "another namespace" "${args[@]}"
wait
speak 1 &
relay unshare -Urn python3 "$work/elsewhere.py" "root in user and network namespaces" "${args[@]}"
wait
speak 1 &
relay "${as_nobody[@]}" unshare -Urn python3 "$work/elsewhere.py" "nobody in user and network namespaces" "${args[@]}"
wait
check "there was something to hear" has_audit '.rule == "small" and .reason == "denied"'

# The tool, in words.
check_match "the tool names the capability" "$("${as_nobody[@]}" leveectl status 2>&1)" "CAP_NET_ADMIN"
check_status 1 "the tool fails" "${as_nobody[@]}" leveectl show policy
check_match "the tool elsewhere" "$(in_netns box leveectl status 2>&1)" "not loaded|initial network namespace"
check_eq "the policy is what it was" "$(leveectl show policy)" "$before"
check_eq "only the speakers' commits count" "$(cat /sys/kernel/levee/generation)" $((generation + 3))
# sysfs is read-only, for root too.
check_eq "no file of sysfs can be written" "$(find /sys/kernel/levee -type f -perm /222)" ""

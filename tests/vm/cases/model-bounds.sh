# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 400
# shellcheck disable=SC2154 # what comes from lib.sh
# Ten thousand models, and what happens at each bound: said, counted, and nobody
# else is the worse for it.

group=case-model-bounds
cgroup "$group/w"
cgroup "$group/other"
made_cgroups+=("$group")
link_netns box far 83.0
peer far box 10.83.0.2 tcp:80 udp:53
work=$(mktemp -d)
# No models of anybody else.
{ rmmod levee && modprobe levee; } || bail "the module is in use"
limit() {
	leveectl status --json | jq ".limits.$1.$2"
}
counter() {
	cat "/sys/kernel/levee/stats/$1"
}

python3 - >"$work/models.yaml" <<'END'
print("models:")
for n in range(10000):
    print(f'  - key: "image:registry.local/app-{n}:1"\n    outbound: [10.0.{n >> 8}.{n & 255}:5432/tcp, internet:443/tcp]')
    print(f"    listen: [8080/tcp]\n    dns: [db-{n}.example.com, api.example.com]")
END
begin=$SECONDS
check "import 10,000 models of 5 items" leveectl model import "$work/models.yaml"
echo "# import of 10,000 models: $((SECONDS - begin)) s"
check_eq "all are there" "$(limit models used)" 10000
bytes=$(limit model_memory used) most=$(limit model_memory max)
echo "# $bytes bytes of $most, $((bytes / 10000)) a model"
check "inside the budget" test "$bytes" -lt "$most"
check_eq "one of them" "$(leveectl model show image:registry.local/app-9999:1 --json | jq -r '[.items[].entry] | sort | join(" ")')" "10.0.39.15:5432/tcp 8080/tcp api.example.com db-9999.example.com internet:443/tcp"

apply <<-END
	rules:
	  - name: learned
	    scope: {cgroup: ["/$group/w/*", "/$group/other"]}
	    model: learn
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent}
	    dns: {effect: alert}
END
# What a contact costs somebody else, in milliseconds for 300.
contacts() {
	contained "$group/other" box python3 - "$1" <<'END'
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
best = 1e9
for n in range(5):
    begin = time.monotonic()
    for m in range(300):
        s.sendto(b"x", ("10.83.%s.%d" % (sys.argv[1], n * 50 + m % 50 + 1), 1000 + m))
    best = min(best, time.monotonic() - begin)
print(int(best * 1000) + 1)
END
}
ip -n box route add default via 10.83.0.2
before=$(contacts 1)

# Each has a model of its own; those that nobody has give way, the longest idle first.
python3 - "$cgroups/$group/w" 16383 <<'END'
import os, sys
for n in range(int(sys.argv[2])):
    os.mkdir(f"{sys.argv[1]}/c{n}")
END
begin=$SECONDS
leveectl apply - <<-END >/dev/null || bail "not matched"
	rules:
	  - name: learned
	    scope: {cgroup: ["/$group/w/*", "/$group/other"]}
	    model: learn
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent}
	    dns: {effect: alert}
END
echo "# 16,384 workloads matched in $((SECONDS - begin)) s"
check_eq "workloads" "$(limit workloads used)" 16384
check_eq "models are as many as may be" "$(limit models used)" 16384
check_eq "idle ones gave way" "$(counter models_evicted)" 10000
after=$(contacts 2)
echo "# 300 contacts of another: $before ms before, $after ms after"
check "another is not slowed down" test "$after" -le $((before * 2 + 5))
check "still inside the budget" test "$(limit model_memory used)" -lt "$most"
check_act "a workload learns" ok -- -g "$group/w/c16000" -n box tcp 10.83.0.2 80
check_eq "it has its own" "$(leveectl model show "cgroup:/$group/w/c16000" --json | jq -r '.items[].entry')" "10.83.0.2:80/tcp"

# One that learns too much is marked, and goes on being watched; another does not notice.
contained "$group/w/c1" box python3 - <<'END'
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(5000):
    # Each of another registered domain.
    name = b"".join(bytes([len(x)]) + x for x in (b"www", b"d%d" % n + b"x" * 8, b"example")) + b"\0"
    s.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1", ("10.83.0.2", 53))
END
check_match "full" "$(leveectl model list --json | jq -c ".models[] | select(.key == \"cgroup:/$group/w/c1\")")" '"incomplete":true'
check "said once" test "$(dmesg | grep -c "model cgroup:/$group/w/c1 is incomplete")" -eq 1
check "what was not learned is counted" test "$(counter model_items_refused)" -ge 900
check_act "it goes on" ok -- -g "$group/w/c1" -n box tcp 10.83.0.2 80
leveectl model freeze "cgroup:/$group/w/c1"
mark_audits
check_act "what it could not learn deviates" '.*' reason=not-in-model -- -g "$group/w/c1" -n box tcp 10.83.0.2 80
check_act "another is not touched" ok -- -g "$group/other" -n box tcp 10.83.0.2 80

# An import that does not fit changes nothing.
python3 - >"$work/more.yaml" <<'END'
print("models:")
for n in range(12000):
    print(f'  - key: "image:registry.local/more-{n}:1"\n    listen: [8080/tcp]')
END
check_match "too many models" "$(leveectl model import "$work/more.yaml" 2>&1; echo "status $?")" "too many models.*status 1"
check_eq "and nothing changed" "$(limit models used)" 16384
rm -rf "$work"
begin=$SECONDS
find "$cgroups/$group/w" -mindepth 1 -type d -exec rmdir {} +
echo "# removed in $((SECONDS - begin)) s"

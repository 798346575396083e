# SPDX-License-Identifier: GPL-2.0
# timeout: 500
# Loaded, armed, disarmed and unloaded while every hook is busy: nothing is left
# behind, and nothing is unloaded that still has something to do. Fifty times, or
# as often as tests/vm/storm says.

work=$(mktemp -d)
rounds=${LEVEE_ROUNDS:-50}
link_netns box far 74.0
cgroup governed
cgroup free
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing

policy() {
	cat <<END
rules:
  - name: busy
    scope: {cgroup: [/governed]}
    outbound: {effect: $1, deny: [10.74.0.0/24, "$2"]}
    listen: {effect: $1, deny: [$3]}
    raw-sockets: {effect: $1}
END
}
policy prevent ::1 10000-30000/tcp >"$work/a.yaml"
policy alert 127.0.0.1 30000-50000/udp >"$work/b.yaml"

leveectl flush
rmmod levee || bail "it cannot be unloaded to begin with"
functions=$(cat /sys/kernel/tracing/enabled_functions)

# Nice, so that they are busy while others wait, and do not make them wait.
#
# The code that hooking changes runs on the CPU that changes it, unless the
# machine is a real one: QEMU's emulation may keep the breakpoint that is there
# for a moment in another CPU's translation of it, and that CPU hangs, with any
# user of ftrace. Jump labels, of which netfilter's hooks are one, are kept as
# they are by chains of somebody else. Datagrams go on both CPUs.
pin=(nice -n 19)
if [[ $(systemd-detect-virt) != kvm ]]; then
	taskset -p -c 0 $$ >/dev/null
	pin+=(taskset -c 0)
fi
netns keep
in_netns keep nft -f - <<'END' || bail "no chains"
table inet keep {
	chain input { type filter hook input priority 0; }
	chain output { type filter hook output priority 0; }
	chain postrouting { type filter hook postrouting priority 0; }
}
END
spawn contained governed box "${pin[@]}" busy 10.74.0.2
spawn in_cgroup governed "${pin[@]}" busy 192.0.2.1
spawn contained free box "${pin[@]}" busy 10.74.0.2
spawn in_cgroup free "${pin[@]}" busy 192.0.2.1
# Sockets that are there all the time, and only send.
for group in governed free; do
	spawn contained "$group" box nice -n 19 taskset -c 0,1 busy -s 10.74.0.2
done

memory() {
	awk '/^(MemAvailable|Slab|Percpu|VmallocUsed):/ { printf "%s ", $2 }' /proc/meminfo
}

refused=0 in_use=0 failed='' before='' slowest=0
for ((n = 1; n <= rounds; n++)); do
	start=$SECONDS
	modprobe levee || { failed="round $n: modprobe"; break; }
	leveectl apply "$work/a.yaml" >/dev/null || { failed="round $n: apply"; break; }
	if ((n % 10 == 1)); then
		# Not while it has something to do.
		if rmmod levee 2>"$work/err"; then failed="round $n: unloaded with a policy"; break; fi
		grep -q 'in use' "$work/err" && in_use=$((in_use + 1))
		[[ $(</sys/module/levee/refcnt) -gt 0 ]] || { failed="round $n: refcnt 0"; break; }
	fi
	if ((n % 3 == 0)); then
		leveectl apply "$work/b.yaml" >/dev/null || { failed="round $n: second apply"; break; }
	fi
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[[ $(</sys/kernel/levee/rules/0/audited) -eq 0 ]] || break
		sleep 0.1
	done
	[[ $(</sys/kernel/levee/rules/0/audited) -eq 0 ]] || refused=$((refused + 1))
	leveectl flush || { failed="round $n: flush"; break; }
	# Flushed and armed again in some, before it goes.
	if ((n % 10 == 0)); then
		leveectl apply "$work/b.yaml" >/dev/null || { failed="round $n: armed again"; break; }
		leveectl flush || { failed="round $n: second flush"; break; }
	fi
	rmmod levee || { failed="round $n: rmmod"; break; }
	((SECONDS - start <= slowest)) || slowest=$((SECONDS - start))
	((n % 10)) || echo "round $n: $SECONDS s, in kB: $(memory)"
	# The first rounds fill caches that stay.
	if ((n == 10)); then
		sleep 1
		before=$(memory)
	fi
done
echo "$rounds rounds: $SECONDS s"
check_eq "all rounds" "${failed:-$((n - 1))}" "$rounds"
check_eq "in use while a policy is loaded" "$in_use" $(((rounds + 9) / 10))
check_eq "something was judged in every round" "$refused" "$rounds"
echo "slowest round: $slowest s"
check_eq "the busy ones are busy" "$(pgrep -cx busy)" 6

# Nothing is left.
sleep 2
after=$(memory)
echo "memory in kB (available, slab, vmalloc, percpu): $before, then $after"
read -ra old <<<"$before"
read -ra new <<<"$after"
names=(available slab vmalloc percpu)
# Forty rounds at one page each would be 160 kB; Slab breathes with the load.
most=('' 6000 1000 400)
for i in 1 2 3; do
	if [[ -e /sys/kernel/debug/kmemleak ]]; then
		skip "${names[i]} memory" "KASAN keeps what is freed; kmemleak looks for what is lost"
	elif ((new[i] - old[i] <= most[i])); then
		ok "${names[i]} memory"
	else
		not_ok "${names[i]} memory" "$((new[i] - old[i])) kB more in $((rounds - 10)) rounds"
	fi
done
check_fails "no slab cache" grep levee /proc/slabinfo
check_eq "no function is traced" "$(cat /sys/kernel/tracing/enabled_functions)" "$functions"
check_fails "no module" grep -w ^levee /proc/modules
check_fails "no file in sysfs" ls -d /sys/kernel/levee /sys/module/levee
check_fails "no kernel thread" pgrep '^levee_'
check_fails "no symbol" grep -w 'levee' /proc/kallsyms
check_eq "no warning" "$(dmesg | grep -cE 'WARNING|BUG|refcount|leak')" 0
check "load again" modprobe levee

# SPDX-License-Identifier: GPL-2.0
# timeout: 200
# netfilter refuses a hook: a hook of a network namespace takes 1,024 functions,
# and who is root there can have registered all of them. The host gets its policy
# all the same; what is seen of governed packets in that namespace is malformed,
# and that there is such a namespace is said.

work=$(mktemp -d)
export PYTHONDONTWRITEBYTECODE=1
cgroup governed
netns full
policy() {
	cat <<END
rules:
  - name: $1
    scope: {cgroup: [/governed]}
    outbound: {effect: prevent, deny: ["127.0.0.1:9999"]}
END
}
policy one >"$work/one.yaml"
policy two >"$work/two.yaml"

# fill COUNT FAMILY HOOK: chains that do nothing
fill() {
	local n
	{
		echo "table $2 filler {"
		for ((n = 0; n < $1; n++)); do
			echo "chain c$n { type filter hook $3 priority $((1000 + n)); }"
		done
		echo "}"
	} | in_netns full nft -f -
}
empty() {
	in_netns full nft flush ruleset
}
denied_there() {
	in_cgroup governed bash -c 'exec 3<>/dev/tcp/127.0.0.1/9999' 2>&1
}

unenforced() {
	leveectl status --json | jq -r '.unenforced[]' | grep -c "hooks were full"
}
sends_there() {
	in_cgroup governed ip netns exec full bash -c 'echo >/dev/udp/127.0.0.1/7' 2>&1
}

for where in "ip output" "ip6 input" "ip postrouting"; do
	read -r family hook <<<"$where"
	# AppArmor may have a place of its own.
	fill 1024 "$family" "$hook" 2>/dev/null || fill 1023 "$family" "$hook" || bail "the hook cannot be filled"
	check "$where full: the policy is accepted" leveectl apply "$work/one.yaml"
	check_match "$where full: it is enforced elsewhere" "$(denied_there)" "Operation not permitted"
	check_eq "$where full: status" "$(unenforced)" 1
	check "$where full: notice" wait_for 5 grep -q "in 1 network namespaces a netfilter hook is full" <(dmesg)
	if [[ $where != "ip output" ]]; then
		check_match "$where full: malformed there" "$(sends_there)" "Operation not permitted"
		check "$where full: reported" wait_for 5 grep -q 'reason=malformed' <(dmesg)
	fi
	check "$where full: flush" leveectl flush
	check "$where full: the module can go" rmmod levee
	modprobe levee
	empty
	dmesg -C
	check "$where free: the policy is accepted" leveectl apply "$work/one.yaml"
	check_eq "$where free: status" "$(unenforced)" 0
	check_match "$where free: it is enforced" "$(denied_there)" "Operation not permitted"
	check_eq "$where free: what is allowed there passes" "$(sends_there)" ""
	leveectl flush
done

# Once it is there, nobody takes the place away, and a new policy needs none.
check "a policy" leveectl apply "$work/one.yaml"
check_fails "the last place is taken" fill 1024 ip output
check "the others can be filled" fill 1023 ip output
check "a new policy" leveectl apply "$work/two.yaml"
check_match "is enforced" "$(denied_there)" "Operation not permitted"
check "flush" leveectl flush

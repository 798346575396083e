# SPDX-License-Identifier: GPL-2.0
# timeout: 200
# netfilter refuses a hook: a hook of a network namespace takes 1,024 functions,
# and who is root there can have registered all of them. The policy is refused,
# in words, and what was there stays.

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
hooks() {
	leveectl status --json | jq -r '[.hooks[]] | unique | join(" ")'
}
denied_there() {
	in_cgroup governed bash -c 'exec 3<>/dev/tcp/127.0.0.1/9999' 2>&1
}

# The first hook that is registered, and one after others.
for where in "ip output" "ip6 input" "ip6 postrouting"; do
	read -r family hook <<<"$where"
	# AppArmor may have a place of its own.
	fill 1024 "$family" "$hook" 2>/dev/null || fill 1023 "$family" "$hook" || bail "the hook cannot be filled"
	generation=$(cat /sys/kernel/levee/generation)
	check_status 1 "$where full: the policy is refused" leveectl apply "$work/one.yaml" 2>"$work/err"
	check_match "$where full: in words" "$(<"$work/err")" "netfilter hooks cannot be registered"
	check_eq "$where full: nothing has changed" "$(cat /sys/kernel/levee/generation)" "$generation"
	check_eq "$where full: nothing is hooked" "$(hooks)" idle
	check "$where full: no policy is loaded" grep -q "no policy" <(leveectl show rules)
	check "$where full: the module can go" rmmod levee
	modprobe levee
	empty
	check "$where free: the policy is accepted" leveectl apply "$work/one.yaml"
	check_match "$where free: it is enforced" "$(denied_there)" "Operation not permitted"
	leveectl flush
done

# Once it is there, nobody takes the place away, and a new policy needs none.
check "a policy" leveectl apply "$work/one.yaml"
check_fails "the last place is taken" fill 1024 ip output
check "the others can be filled" fill 1023 ip output
check "a new policy" leveectl apply "$work/two.yaml"
check_match "is enforced" "$(denied_there)" "Operation not permitted"
check "flush" leveectl flush

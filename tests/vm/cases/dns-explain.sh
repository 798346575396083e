# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# explain CGROUP dns NAME [TYPE]: what the kernel would decide, with what decides it.

group=case-explain
for name in listed open off alert loose block; do
	cgroup "$group/$name"
done
made_cgroups+=("$group")
cgroup "$group-beside"
work=$(mktemp -d)
printf 'feed.example\nexempt.example\n' >"$work/names"
echo own.example >"$work/own"
cat >"$work/policy.yaml" <<END
rules:
  - name: listed
    scope: {cgroup: [/$group/listed]}
    dns: {effect: prevent, allow: [one.example, "*.below.example", .tree.example, exempt.example], deny: [bad.tree.example, "*.onion", "*.1"]}
  - name: open
    scope: {cgroup: [/$group/open]}
    dns: {effect: block, deny: [.denied.example], servers: [192.0.2.53], servers-only: true}
  - name: "off rule"
    scope: {cgroup: [/$group/off]}
    dns: {effect: disable, deny: [.denied.example]}
  - name: alert
    scope: {cgroup: [/$group/alert]}
    dns: {effect: alert, default: deny, feeds: [own]}
  - name: loose
    scope: {cgroup: [/$group/loose]}
    dns: {effect: prevent, default: allow, allow: [x.feed.example], feeds: [pol]}
  - name: stopped
    scope: {cgroup: [/$group/block]}
    listen: {effect: block, default: deny}
    dns: {effect: prevent, deny: [.denied.example]}
feeds: [{name: pol, domains: names}]
END
check apply leveectl apply "$work/policy.yaml"
check own leveectl feed load own "$work/own"
generation=$(leveectl status --json | jq .generation)

# NAME CGROUP "ACT..." RULE EFFECT VERDICT [LINE]...
explained() {
	local name=$1 cgroup=$2 act=$3 rule=$4 effect=$5 verdict=$6 want line
	shift 6
	want="workload   /$group/$cgroup
rule       \"$rule\"
feature    dns
effect     $effect
verdict    $verdict"
	for line in "$@"; do want+=$'\n'$line; done
	# shellcheck disable=SC2086 # the act is several words
	check_eq "$name" "$(leveectl explain "/$group/$cgroup" dns $act 2>&1)" "$want"$'\n'"generation $generation"
}
is=(listed prevent)
explained allowed listed one.example "${is[@]}" allowed 'entry      one.example (allow)'
explained allowed-case listed oNe.EXAMPLE. "${is[@]}" allowed 'entry      one.example (allow)'
explained allowed-not-below listed www.one.example "${is[@]}" 'deviates: not-allowed'
explained below listed a.b.below.example "${is[@]}" allowed 'entry      *.below.example (allow)'
explained below-not-itself listed below.example "${is[@]}" 'deviates: not-allowed'
explained tree listed tree.example "${is[@]}" allowed 'entry      .tree.example (allow)'
explained tree-below listed a.tree.example "${is[@]}" allowed 'entry      .tree.example (allow)'
explained tree-beside listed atree.example "${is[@]}" 'deviates: not-allowed'
explained denied listed bad.tree.example "${is[@]}" 'deviates: denied' 'entry      bad.tree.example (deny)'
explained denied-not-below listed x.bad.tree.example "${is[@]}" allowed 'entry      .tree.example (allow)'
explained denied-below listed x.onion "${is[@]}" 'deviates: denied' 'entry      *.onion (deny)'
explained exempt listed exempt.example "${is[@]}" allowed 'entry      exempt.example (allow)'
explained feed-before-default listed x.feed.example "${is[@]}" 'deviates: feed' 'feed       pol'
explained other-feed listed own.example "${is[@]}" 'deviates: feed' 'feed       own'
explained root listed . "${is[@]}" 'deviates: not-allowed'
explained label listed localhost "${is[@]}" 'deviates: not-allowed'
explained escaped listed 'bad\.tree.example' "${is[@]}" 'deviates: not-allowed'
explained escaped-nul listed 'one.example\000' "${is[@]}" 'deviates: not-allowed'
long=$(printf '%063d.%063d.%063d.%059d.1' 0 0 0 0)
explained longest listed "$long" "${is[@]}" 'deviates: denied' 'entry      *.1 (deny)'

is=(open block)
explained open open www.example.org "${is[@]}" allowed
explained open-denied open a.denied.example "${is[@]}" 'deviates: denied' 'entry      .denied.example (deny)'
explained open-feed open feed.example "${is[@]}" 'deviates: feed' 'feed       pol'
explained off off denied.example "off rule" disable allowed
explained alert alert www.example.org alert alert 'deviates: not-allowed'
explained alert-feed alert own.example alert alert 'deviates: feed' 'feed       own'
explained alert-not-its-feed alert feed.example alert alert 'deviates: not-allowed'
explained loose loose www.example.org loose prevent allowed
explained loose-feed loose feed.example loose prevent 'deviates: feed' 'feed       pol'
explained loose-exempt loose x.feed.example loose prevent allowed 'entry      x.feed.example (allow)'
explained loose-not-its-feed loose own.example loose prevent allowed
for type in A AAAA TXT HTTPS ANY TYPE65399 TYPE1 aaaa; do
	explained "type-$type" listed "one.example $type" listed prevent allowed 'entry      one.example (allow)'
done

# It asks, and does nothing.
check_eq no-hit "$(leveectl feed list --json | jq '[.feeds[].hits] | add')" 0
no_audit no-audit
check_match ungoverned "$(leveectl explain "/$group-beside" dns denied.example)" '^no rule governs the cgroup'
mkdir "$cgroups/$group/listed/child"
check_match child "$(leveectl explain "/$group/listed/child" dns bad.tree.example)" "workload   /$group/listed
.*deviates: denied"

# Stopped: the name has nothing to say any more.
in_cgroup "$group/block" busybox nc -l -p 4242 </dev/null >/dev/null 2>&1
wait_for 10 grep -q quarantine <(leveectl explain "/$group/block" dns www.example.org)
check_match quarantined "$(leveectl explain "/$group/block" dns www.example.org)" 'quarantine yes'
check release leveectl release "/$group/block"
explained released block denied.example stopped prevent 'deviates: denied' 'entry      .denied.example (deny)'

# What is no question.
while IFS='|' read -r name status words why; do
	# shellcheck disable=SC2086 # words
	check_status "$status" "bad-$name" leveectl explain $words
	# shellcheck disable=SC2086 # words
	check_match "bad-$name-why" "$(leveectl explain $words 2>&1)" "$why"
done <<END
nothing|2|/$group/listed dns|dns needs NAME
type|2|/$group/listed dns one.example NOTYPE|unknown type.*NOTYPE
type-range|2|/$group/listed dns one.example TYPE65536|unknown type
words|2|/$group/listed dns one.example A B|unexpected word.*B
empty-label|2|/$group/listed dns a..example|empty label
long-label|2|/$group/listed dns $(printf %064d 0).example|label is longer than 63 bytes
long-name|2|/$group/listed dns ${long%1}11|name is longer than 255 bytes
idn|2|/$group/listed dns bücher.example|not ASCII.*xn--bcher-kva
escape|2|/$group/listed dns a\\256.example|escape over 255
cgroup|1|/$group/none dns one.example|$group/none
END
leveectl flush
check_match flushed "$(leveectl explain "/$group/listed" dns bad.tree.example)" '^no rule governs'
leveectl feed unload own

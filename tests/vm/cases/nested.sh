# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# Which rule governs: the outermost cgroup that any scope selects is the
# workload, and the first rule that selects it is its rule.

top=case-nested
cgroup "$top"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
addresses far 192.0.2.7
peer far box 10.77.0.2 tcp:80 udp:{1000..1200}
port=1000

# The laxer rule comes first, and its patterns fit what a container may make.
apply <<-END
	rules:
	  - name: lax
	    scope:
	      cgroup: ["/$top/**/lax-*", "/$top/lax-?", "/$top/set-[a-c]"]
	      not: {cgroup: ["/$top/**/lax-not", "/$top/set-b"]}
	    outbound: {effect: alert, deny: [any]}
	  - name: strict
	    scope:
	      cgroup: ["/$top/strict", "/$top/one/*", "/$top/two/*/leaf", "/$top/all/**/leaf", "/$top/pre*post"]
	      not: {cgroup: ["/$top/one/helper-*"]}
	    outbound: {effect: prevent, deny: [any]}
	  - name: late
	    scope: {cgroup: ["/$top/**"]}
	    outbound: {effect: prevent, deny: [10.0.0.0/8]}
END

# governs NAME CGROUP RULE|- WORKLOAD: an act in CGROUP, which is made here, so
# after the commit; its first packet is governed.
governs() {
	local name=$1 group=$top/$2 rule=$3 workload=/$top/$4
	mkdir -p "$cgroups/$group"
	port=$((port + 1))
	case $rule in
	strict)
		denied "$name" EPERM "^udp 192.0.2.7 $port " "workload=$workload" "rule=$rule" effect=prevent enforced=true \
			reason=denied entry=any protocol=udp address=192.0.2.7 "port=$port" \
			-- -g "$group" -n box udp 192.0.2.7 $port
		;;
	lax)
		passes "$name" "^udp 192.0.2.7 $port " "workload=$workload" "rule=$rule" effect=alert reason=denied \
			entry=any "port=$port" -- -g "$group" -n box udp 192.0.2.7 $port
		;;
	late)
		passes "$name-elsewhere" "^udp 192.0.2.7 $port " -- -g "$group" -n box udp 192.0.2.7 $port
		denied "$name" EPERM "^udp 10.77.0.2 $port " "workload=$workload" "rule=$rule" effect=prevent \
			entry=10.0.0.0/8 "port=$port" -- -g "$group" -n box udp 10.77.0.2 $port
		;;
	-)
		passes "$name" "^udp 10.77.0.2 $port " -- -g "$group" -n box udp 10.77.0.2 $port
		;;
	esac
}

governs itself strict strict strict
# A container makes children that a laxer rule would select, also deep down.
governs child-named-lax strict/lax-1 strict strict
governs deep strict/a/b/c/lax-2/d strict strict
governs child-named-set strict/set-a strict strict
# The last rule selects every cgroup below the top, so also what lies above a leaf.
governs outermost-is-late other/lax-1 late other
governs outermost-is-late-deep other/strict late other

# One level of names for * and ?, sets, and the whole path for **.
governs question lax-1 lax lax-1
governs question-is-one lax-12 late lax-12
governs set set-a lax set-a
governs set-end set-c lax set-c
governs set-outside set-d late set-d
governs not-pattern set-b late set-b
governs not-pattern-deep lax-not late lax-not
governs star-joins pre-x-post strict pre-x-post
governs star-stays-in-one pre/post late pre

explained=$(leveectl explain "/$top/strict/lax-1" connect udp 192.0.2.7:1000)
check_match explain-nested "$explained" "workload +/$top/strict.*rule +\"strict\""

# Without the rule that takes everything.
apply <<-END
	rules:
	  - name: lax
	    scope: {cgroup: ["/$top/**/lax-*"]}
	    outbound: {effect: alert, deny: [any]}
	  - name: strict
	    scope:
	      cgroup: ["/$top/strict", "/$top/one/*", "/$top/two/*/leaf", "/$top/all/**/leaf"]
	      not: {cgroup: ["/$top/one/helper-*"]}
	    outbound: {effect: prevent, deny: [any]}
END
governs top-is-none . - .
governs none free - free
governs star one/x strict one/x
governs star-child one/x/y/z strict one/x
governs star-parent one - one
governs not one/helper-1 - one/helper-1
# What "not" leaves out is no workload; below it another name may be one.
governs not-child one/helper-1/lax-9 lax one/helper-1/lax-9
governs star-middle two/m/leaf strict two/m/leaf
governs star-middle-once two/m/n/leaf - two/m/n/leaf
governs stars all/m/n/o/leaf strict all/m/n/o/leaf
governs stars-short all/m/leaf strict all/m/leaf
governs stars-other all/m/leaves - all/m/leaves
governs stars-below all/m/leaf/lax-1 strict all/m/leaf
# The same name again is another cgroup, matched by itself.
rmdir "$cgroups/$top/one/x/y/z" "$cgroups/$top/one/x/y" "$cgroups/$top/one/x"
governs again one/x strict one/x

# The order of rules decides where several select the same cgroup.
for first in strict lax; do
	second=lax effect=prevent other=alert
	[[ $first == strict ]] || second=strict effect=alert other=prevent
	apply <<-END
		rules:
		  - name: unrelated
		    scope: {cgroup: ["/$top/elsewhere"]}
		    outbound: {effect: prevent, deny: [any]}
		  - name: $first
		    scope: {cgroup: ["/$top/order"]}
		    outbound: {effect: $effect, deny: [any]}
		  - name: $second
		    scope: {cgroup: ["/$top/order", "/$top/second"]}
		    outbound: {effect: $other, deny: [any]}
	END
	governs "order-$first" order "$first" order
	governs "order-$first-then" second "$second" second
done

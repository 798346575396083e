# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 200
# shellcheck disable=SC2154 # what comes from lib.sh
# Learning takes populated time: the clock stands while nothing runs. After it
# comes a dry run, which what is new ends.

group=case-model-clock
cgroup "$group/a"
made_cgroups+=("$group")
link_netns box far 80.0
peer far box 10.80.0.2 tcp:80 tcp:81 tcp:82 tcp:83

policy() {
	apply <<-END
		rules:
		  - name: a
		    scope: {cgroup: ["/$group/*"]}
		    model: learn
		    learn-for: $1
		    dry-run-for: $2
		    raw-sockets: {effect: disable}
		    outbound: {effect: alert}
	END
}
key=cgroup:/$group/a
field() {
	leveectl model list --json | jq -r ".models[] | select(.key == \"$key\") | .$1"
}
state_is() {
	[[ $(field state) == "$1" ]]
}
populate() {
	spawn in_cgroup "$group/a" sleep 1000
	wait_for 5 grep -q 'populated 1' "$cgroups/$group/a/cgroup.events"
}
depopulate() {
	echo 1 >"$cgroups/$group/a/cgroup.kill"
	wait_for 5 grep -q 'populated 0' "$cgroups/$group/a/cgroup.events"
}
connect() {
	act -g "$group/a" -n box tcp 10.80.0.2 "$1"
}

policy 20s 8s
check_eq "it learns" "$(field state)" learning
sleep 4
check_eq "nobody is in it: the clock stands" "$(field left)" 20
populate
sleep 10
depopulate
left=$(field left)
check "half of the time has passed" test "$left" -ge 6 -a "$left" -le 12
sleep 12
check "and stands again" test "$(field left)" -ge $((left - 1))
connect 80
check_eq "still learning" "$(field state)" learning
populate
begin=$SECONDS
check "learning is over in the time that was left" wait_for $((left + 5)) state_is dry-run
check "not sooner" test $((SECONDS - begin)) -ge $((left - 2))
mark_audits

# Dry run: what is known changes nothing, what is new does.
connect 80
check_eq "dry run: what is known" "$(field state)" dry-run
connect 81
no_audit "dry run: what is new is not reported"
check_eq "dry run: and learning begins again" "$(field state)" learning
check "dry run: for all of its time" test "$(field left)" -ge 17

# The policy changes the time: what was spent is spent.
policy 6s 4s
check "less time" test "$(field left)" -le 6
check "dry run again" wait_for 15 state_is dry-run
check "active" wait_for 15 state_is active
mark_audits
connect 81
no_audit "active: what was learned in the dry run"
check_act "active: what is new is reported" ok reason=not-in-model effect=alert port=82 -- -g "$group/a" -n box tcp 10.80.0.2 82
check_match "the log tells of each state" "$(dmesg)" "model cgroup:/$group/a is dry-run.*model cgroup:/$group/a is learning.*model cgroup:/$group/a is dry-run.*model cgroup:/$group/a is active"
depopulate

# Once, where the policy says so: reported, and then known.
apply <<-END
	rules:
	  - name: a
	    scope: {cgroup: ["/$group/*"]}
	    model: learn
	    learn-for: 6s
	    dry-run-for: 4s
	    adapt: once
	    raw-sockets: {effect: disable}
	    outbound: {effect: alert}
END
check_act "adapt: reported" ok reason=not-in-model port=83 -- -g "$group/a" -n box tcp 10.80.0.2 83
connect 83
no_audit "adapt: once"
check_eq "adapt: and it is still active" "$(field state)" active

# Capped at alert is not alert: what the policy would prevent is not adopted.
apply --alert-only <<-END
	rules:
	  - name: a
	    scope: {cgroup: ["/$group/*"]}
	    model: learn
	    adapt: once
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent}
END
check_act "alert only: reported" ok reason=not-in-model port=82 -- -g "$group/a" -n box tcp 10.80.0.2 82
check_fails "alert only: not adopted" grep -q ':82/' <(leveectl model show "$key")

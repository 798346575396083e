# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 200
# shellcheck disable=SC2154 # what comes from lib.sh
# The units of systemd: what was learned comes back before the policy does.

group=case-units
cgroup "$group"
link_netns box far 87.0
peer far box 10.87.0.2 tcp:80 tcp:81
kept=/var/lib/levee/models.yaml
saved=$(mktemp)
cp /etc/levee/policy.yaml "$saved"
rm -f "$kept"
rmmod levee
cat >/etc/levee/policy.yaml <<-END
	rules:
	  - name: learned
	    scope: {cgroup: ["/$group"]}
	    model: learn
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent}
END
systemctl daemon-reload

check "start, from nothing" systemctl start levee.service
check_eq "the module is loaded, the policy live" "$(leveectl status --json | jq .generation)" 1
mark_audits
check_act "it learns" ok -- -g "$group" -n box tcp 10.87.0.2 80
check "freeze" leveectl model freeze "cgroup:/$group"
check "stop" systemctl stop levee.service
check_match "what was learned is kept" "$(cat "$kept")" '10\.87\.0\.2:80/tcp'
check_eq "for root alone" "$(stat -c %a "$kept")" 600
check_act "and the policy holds on" 'connect EPERM' reason=not-in-model -- -g "$group" -n box tcp 10.87.0.2 81

# As after a boot.
leveectl flush
check "unload" wait_for 5 rmmod levee
check "start again" systemctl start levee.service
check_eq "active at once" "$(leveectl model list --json | jq -r '.models[] | .key + " " + .state')" "cgroup:/$group active"
mark_audits
check_act "what is known passes" ok -- -g "$group" -n box tcp 10.87.0.2 80
check_act "what is new does not" 'connect EPERM' reason=not-in-model -- -g "$group" -n box tcp 10.87.0.2 81

# By the timer's service; and what is refused is kept aside, and keeps nobody without a policy.
rm "$kept"
check "export by the timer's service" systemctl start levee-export.service
check_match "it is the same" "$(cat "$kept")" '10\.87\.0\.2:80/tcp'
echo 'models: [' >"$kept"
systemctl stop levee.service
echo 'models: [' >"$kept"
leveectl flush
wait_for 5 rmmod levee
check "start with a file that is cut" systemctl start levee.service
check_eq "the policy is live" "$(leveectl status --json | jq .generation)" 1
check_eq "the file is kept aside" "$(cat "$kept.refused")" "models: ["
check "reload" systemctl reload levee.service
check_eq "applies anew" "$(leveectl status --json | jq .generation)" 2

systemctl stop levee.service
rm -f "$kept" "$kept.refused"
cp "$saved" /etc/levee/policy.yaml
rm -f "$saved"

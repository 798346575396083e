# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 120
# shellcheck disable=SC2154 # what comes from lib.sh
# Labels: by the name and the image that a runtime gives a cgroup, scopes select it.

group=case-labels
cgroup "$group/web"
cgroup "$group/web/inner"
cgroup "$group/db"
made_cgroups+=("$group")
link_netns box far 78.0
servers=()
for port in $(seq 80 110); do
	servers+=("tcp:$port")
done
peer far box 10.78.0.2 "${servers[@]}"

# Each to another port: what is alike is folded.
port=79
go() {
	local name=$1 result=$2 where=$3
	shift 3
	port=$((port + 1))
	check_act "$name" "$result" "$@" -- -g "$group/$where" -n box tcp 10.78.0.2 $port
}
refused='connect E(PERM|CONNREFUSED)'
workloads() {
	leveectl show workloads --json | jq -r '[.workloads[] | "\(.path) \(.rule)"] | sort | join("; ")'
}
policy() {
	apply <<-END
		rules:
		  - name: nginx
		    scope: {image: ["*/nginx:*"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, deny: [10.78.0.2]}
		  - name: named
		    scope: {container: ["web-*"], not: {image: ["*/trusted:*"]}}
		    raw-sockets: {effect: disable}
		    outbound: {effect: alert, deny: [10.78.0.2]}
	END
}

# Before there is a policy.
check "bind before any policy" leveectl bind "/$group/web" --container web-1 --image registry.local/nginx:1.27
policy
check_eq "it is a workload at once" "$(workloads)" "/$group/web nginx"
go "by the image" "$refused" web rule=nginx container=web-1 image=registry.local/nginx:1.27 workload="/$group/web" reason=denied
go "a cgroup below it is the same" "$refused" web/inner rule=nginx workload="/$group/web"
go "another is free" ok db
check_match "show tells the labels" "$(leveectl show workloads)" web-1
check_eq "so does JSON" "$(leveectl show workloads --json | jq -r '.workloads[] | .container + " " + .image')" "web-1 registry.local/nginx:1.27"

# Other labels: matched again, with what is live.
check "bind another image" leveectl bind "/$group/web" --container web-1 --image registry.local/apache:2
go "now by the name" ok web rule=named effect=alert
check "an image that is trusted" leveectl bind "/$group/web" --container web-1 --image registry.local/trusted:1
go "excluded by the image" ok web
check_eq "no workload" "$(workloads)" ""

# A nearer label wins, and what has none inherits.
check "bind the inner one" leveectl bind "/$group/web/inner" --image registry.local/nginx:2
go "the inner one by its own image" "$refused" web/inner rule=nginx image=registry.local/nginx:2 workload="/$group/web/inner"
go "the outer one is free" ok web
check "label the outermost" leveectl bind "/$group" --container web-all
go "all below it is one workload" ok db rule=named workload="/$group" container=web-all
go "outermost first" ok web/inner rule=named workload="/$group"
check "unbind it" leveectl unbind "/$group"
go "as before" ok db
go "as before, the inner one" "$refused" web/inner rule=nginx workload="/$group/web/inner"
check "unbind the inner one" leveectl unbind "/$group/web/inner"
go "it has the outer one's again" ok web/inner

# A live connection meets its new rule at its next packet.
command act -g "$group/db" -n box -H 20 tcp 10.78.0.2 80 >/run/live 9>&- &
spawned_pids+=($!)
check "a connection is open" wait_for 5 grep -q ok /run/live
check "it is bound while it goes on" leveectl bind "/$group/db" --image registry.local/nginx:3
check "and ends" wait_for 5 grep -q '^then .* ECONN' /run/live
mark_audits

# They outlive the policy, and go with the cgroup.
check "flush" leveectl flush
policy
go "after a flush" "$refused" db rule=nginx
check_eq "labels of two" "$(leveectl status --json | jq '.limits.labels.used')" 2
made_cgroups+=("$group-gone")
mkdir "$cgroups/$group-gone"
check "bind one more" leveectl bind "/$group-gone" --container web-9
rmdir "$cgroups/$group-gone"
two() {
	[[ $(leveectl status --json | jq '.limits.labels.used') -eq 2 ]]
}
check "its labels go with it" wait_for 10 two
mkdir "$cgroups/$group-gone"
go "another of its name has none" ok "../$group-gone"

# What cannot be.
check_status 1 "the root has no labels" leveectl bind / --container web-1
check_status 1 "no such cgroup" leveectl bind /no/such --container web-1
check_status 2 "no label given" leveectl bind "/$group/web"
check_status 2 "a control character" leveectl bind "/$group/web" --container $'web\n1'
check_status 2 "an empty label" leveectl bind "/$group/web" --container ""
check_status 1 "no labels to take off" leveectl unbind "/$group/web/inner"
check_match "the notice says who" "$(dmesg | grep 'levee: notice' | tail -n 3)" "/$group-gone is bound, container web-9.* comm=.leveectl"

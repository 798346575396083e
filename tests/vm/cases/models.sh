# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 400
# shellcheck disable=SC2154 # what comes from lib.sh
# Models: what the first container of an image did while it learned, the second may
# do when the model is active, and nothing else; what is denied is never learned.

unset INVOCATION_ID
work=$(mktemp -d)
link_netns one far 79.0
link_netns two far 79.1
link_netns other far 79.2
for name in one two other; do
	ip -n "$name" route add default dev eth-far
done
addresses far 192.0.2.7 203.0.113.9 93.184.216.34 93.184.216.35 10.99.0.1 169.254.169.254
echo hello >"$work/index.html"
for port in 80 81 443; do
	in_netns far busybox httpd -p "$port" -h "$work"
done
record=/run/dns.record
for n in 0 1 2; do
	spawn in_netns far python3 /root/data/nameserver.py "$record.$n" 53 "10.79.$n.2"
	wait_for 20 in_netns "$(cut -d ' ' -f $((n + 1)) <<<"one two other")" env ASK_WAIT=1 python3 /root/data/ask.py udp "10.79.$n.2" up.test >/dev/null || bail "no name server" server
done
echo 'bad.example' >"$work/bad"
leveectl feed load intel "$work/bad" || bail "no feed"

policy() {
	apply <<-END
		rules:
		  - name: learned
		    scope: {image: ["**"]}
		    model: learn
		    learn-for: 1h
		    outbound: {effect: prevent, deny: [203.0.113.9]}
		    listen: {effect: prevent, deny: [6666/tcp]}
		    dns: {effect: prevent, deny: [.denied.example]}
	END
}
bind() {
	leveectl bind "$1" --container "$2" --image "$3" || bail "bind $2"
}
fetch() {
	podman exec "$1" timeout 8 wget -q -O - "$2" 2>&1
}
listen() {
	podman exec "$1" timeout 2 nc -l -p "$2" 2>&1
}
# What the resolver of a container says: an address, or nothing.
lookup() {
	podman exec "$1" nslookup -type=a "$2" "$3" 2>&1
}
key=image:localhost/app:1
show() {
	leveectl model show "$key" --json | jq -r '[.items[] | .feature + " " + .entry] | sort | join("; ")'
}
denied='Operation not permitted'

policy
container one --network ns:/run/netns/one
first=$container_cgroup
bind "$first" one localhost/app:1
container two --network ns:/run/netns/two
second=$container_cgroup
bind "$second" two localhost/app:1
container other --network ns:/run/netns/other
bind "$container_cgroup" other localhost/other:1
mark_audits
check_eq "two models" "$(leveectl model list --json | jq -r '[.models[] | select(.key | startswith("image:")) | .key + " " + .state] | sort | join("; ")')" "$key learning; image:localhost/other:1 learning"

# What the first does is learned; what is denied is not, and is reported.
check_match "a private address" "$(fetch one http://10.79.0.2/)" hello
check_match "the same of another family" "$(fetch one 'http://[fd00:79:0::2]/')" hello
check_match "the Internet" "$(fetch one http://93.184.216.34:443/)" hello
check_match "a name" "$(lookup one api.a-93-184-216-34.test 10.79.0.2)" "93.184.216.34"
listen one 8080 >/dev/null
no_audit "in silence"
check_match "learning: an address that is denied" "$(fetch one http://203.0.113.9/)" "$denied"
one_audit "learning: is reported" reason=denied rule=learned address=203.0.113.9
lookup one x.denied.example 10.79.0.2 >/dev/null
check "learning: a name that is denied is reported" wait_audit 3 '.domain == "x.denied.example" and .reason == "denied"'
lookup one www.bad.example 10.79.0.2 >/dev/null
check "learning: a name of a feed, too" wait_audit 3 '.domain == "www.bad.example" and .reason == "feed"'
check_match "learning: a listener that is denied" "$(listen one 6666)" "$denied|Permission"
check_fails "learning: the denied names never reached the server" grep -q 'denied\|bad' "$record.0"
check_eq "what it knows" "$(show)" "dns api.a-93-184-216-34.test; listen 8080/tcp; outbound 10.79.0.2:80/tcp; outbound [fd00:79::2]:80/tcp; outbound internet:443/tcp"
check_match "by which command" "$(leveectl model show "$key" --json | jq -r '.items[] | select(.entry == "internet:443/tcp") | "\(.comm) \(.uses)"')" "wget 1"
check_match "explain says that it learns" "$(leveectl explain "$second" connect tcp 10.79.1.2:80)" "learning"

# Active: the second may what the first did.
mark_audits
check "freeze" leveectl model freeze "$key"
check_match "active: the Internet, another address" "$(fetch two http://93.184.216.35:443/)" hello
check_match "active: a name" "$(lookup two api.a-93-184-216-34.test 10.79.1.2)" "93.184.216.34"
listen two 8080 >/dev/null
no_audit "active: in silence"
check_match "active: another address" "$(fetch two http://10.99.0.1/)" "$denied"
one_audit "active: it is reported" reason=not-in-model effect=prevent enforced=true address=10.99.0.1 port=80 image=localhost/app:1 container=two
check_match "active: another port" "$(fetch two http://93.184.216.34:81/)" "$denied"
one_audit "active: another port is reported" reason=not-in-model port=81
check_match "active: the metadata address" "$(fetch two http://169.254.169.254/)" "$denied"
one_audit "active: the metadata address is reported" reason=not-in-model address=169.254.169.254
listened=$(listen two 9090)
check_match "active: another listener" "$listened" "$denied|Permission"
one_audit "active: another listener is reported" reason=not-in-model feature=listen port=9090 protocol=tcp
lookup two beacon.example.net 10.79.1.2 >/dev/null
check "active: another name is reported" wait_audit 3 '.domain == "beacon.example.net" and .reason == "not-in-model" and .enforced'
check_fails "active: it never reached the server" grep -q beacon "$record.1"
check_match "active: explain" "$(leveectl explain "$second" connect tcp 10.99.0.1:80)" "not-in-model"
check_match "active: explain of what is known" "$(leveectl explain "$second" connect tcp 10.79.0.2:80)" "known"
mark_audits
check_match "another image goes on learning" "$(fetch other http://10.79.2.2:81/)" hello
no_audit "in silence, too"

# Its namespace is the first one's own, and so is a connection that lives on.
check_match "a restart keeps the model" "$(podman restart -t 0 two >/dev/null 2>&1; leveectl bind "/machine.slice/libpod-$(podman inspect -f '{{.Id}}' two).scope" --container two --image localhost/app:1; fetch two http://10.99.0.1/)" "$denied"
policy
check_match "so does another commit" "$(fetch two http://10.99.0.1/)" "$denied"
leveectl flush
policy
check_match "and a flush" "$(fetch two http://10.99.0.1/)" "$denied"

# Relearn forgets, extend opens.
check "extend" leveectl model extend "$key" 1h
check_match "extended: it learns again" "$(fetch two http://10.99.0.1/)" hello
check_match "beside what it knew" "$(show)" "10.79.0.2:80/tcp.*10.99.0.1:80/tcp"
check "relearn" leveectl model relearn "$key"
check_eq "forgotten" "$(show)" ""
check_match "relearn: learning" "$(leveectl model list --json | jq -r ".models[] | select(.key == \"$key\") | .state")" learning
check_status 1 "no such model" leveectl model freeze image:none
rm -rf "$work"
leveectl feed unload intel

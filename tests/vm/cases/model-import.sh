# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 240
# shellcheck disable=SC2154 # what comes from lib.sh
# Export, edit, unload, reload, import: the same decisions. A file that is cut or
# hostile is refused by its line, and changes nothing.

group=case-model-import
cgroup "$group/a"
made_cgroups+=("$group")
link_netns box far 81.0
peer far box 10.81.0.2 tcp:80 tcp:81 tcp:82 udp:53 udp:99
work=$(mktemp -d)
cd "$work" || bail "no folder"
# No models of anybody else.
{ rmmod levee && modprobe levee; } || bail "the module is in use"
key=cgroup:/$group/a

policy() {
	apply <<-END
		rules:
		  - name: a
		    scope: {cgroup: ["/$group/*"]}
		    model: learn
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent}
		    listen: {effect: prevent}
		    dns: {effect: prevent}
	END
}
known() {
	leveectl explain "/$group/a" "$@" | sed -n 's/^verdict *//p'
}
decisions() {
	known connect tcp 10.81.0.2:80
	known connect tcp 10.81.0.2:81
	known connect tcp 192.0.2.9:80
	known connect udp 10.81.0.2:99
	known connect tcp 93.184.216.34:443
	known listen tcp 8080
	known listen tcp 8081
	known listen tcp 45000
	known dns api.example.com
	known dns other.example.com
	known dns n7.many.example.net
}

policy
act -g "$group/a" -n box tcp 10.81.0.2 80
act -g "$group/a" -n box udp 10.81.0.2 99
act -g "$group/a" -n box listen tcp 0.0.0.0 8080
act -g "$group/a" -n box listen tcp - 0
for n in $(seq 40); do
	contained "$group/a" box env ASK_WAIT=0 python3 /root/data/ask.py udp 10.81.0.2 "n$n.many.example.net" >/dev/null 2>&1
done
contained "$group/a" box env ASK_WAIT=0 python3 /root/data/ask.py udp 10.81.0.2 api.example.com >/dev/null 2>&1
check_eq "names of one domain are collapsed" "$(leveectl model show "$key" --json | jq -r '.items[] | select(.feature == "dns") | .entry' | sort | paste -sd ' ')" ".example.net api.example.com"
check_match "and shown as such" "$(leveectl model show "$key")" "collapsed from"
leveectl model freeze "$key" || bail "not frozen"
decisions >before
check_match "it decides" "$(paste -sd ' ' before)" "^allowed deviates: not-in-model deviates: not-in-model allowed"

# As it is, and by hand.
check "export to a file" leveectl model export --output models.yaml
check_match "it is text" "$(cat models.yaml)" "key: \"$key\""
check "export" leveectl model export "$key"
leveectl flush
check "unload" wait_for 5 rmmod levee
check "load" modprobe levee
check_eq "nothing is known" "$(leveectl model list --json | jq '.models | length')" 0
check "import before the policy" leveectl model import models.yaml
policy
check_eq "it is active from the first packet" "$(leveectl model list --json | jq -r '.models[].state')" active
decisions >after
check "the same decisions" diff before after
check "the same text" diff models.yaml <(leveectl model export)
sed 's/10\.81\.0\.2:80/10.81.0.2:81/' models.yaml >edited.yaml
check "import what was edited" leveectl model import edited.yaml
check_match "now another port" "$(known connect tcp 10.81.0.2:80) $(known connect tcp 10.81.0.2:81)" "not-in-model allowed"
leveectl model export --plain >plain.yaml
check_fails "plain: no times" grep -q 'uses\|first' plain.yaml
check "plain: import" leveectl model import plain.yaml
decisions >plain
check "plain: the same decisions" diff <(decisions) plain

# What is refused, and where.
leveectl model export >good.yaml
refused() {
	local name=$1 want=$2
	cat >bad.yaml
	check_match "$name" "$(leveectl model import bad.yaml 2>&1; echo "status $?")" "$want.*status 1"
	check "$name changes nothing" diff good.yaml <(leveectl model export)
}
refused "wider than a model" 'bad.yaml:4:[0-9]+' <<-END
	models:
	  - key: "$key"
	    state: active
	    outbound: [10.0.0.0/8:80/tcp]
END
refused "any" 'bad.yaml:3:[0-9]+' <<-END
	models:
	  - key: "$key"
	    outbound: [any]
END
refused "a key of no kind" 'bad.yaml:2:[0-9]+' <<-END
	models:
	  - key: "nothing:/x"
END
refused "twice" 'bad.yaml:3:[0-9]+' <<-END
	models:
	  - key: "$key"
	  - key: "$key"
END
refused "unknown word" 'bad.yaml:3:[0-9]+' <<-END
	models:
	  - key: "$key"
	    outbond: []
END
refused "names below one" 'bad.yaml:3:[0-9]+' <<-END
	models:
	  - key: "$key"
	    dns: ["*.example.com"]
END
refused "every error" 'bad.yaml:3:[0-9]+.*bad.yaml:4:[0-9]+' <<-END
	models:
	  - key: "$key"
	    dns: ["*.example.com"]
	    listen: [99999/tcp]
END
for cut in 10 40 70 95; do
	refused "cut at $cut percent" 'bad.yaml' < <(head -c $(($(stat -c %s models.yaml) * cut / 100)) models.yaml)
done
refused "cut by a line" 'bad.yaml' < <(head -n -1 models.yaml)
refused "noise" 'bad.yaml' < <(head -c 3000 /dev/urandom)
check_match "a folder" "$(leveectl model import /tmp 2>&1)" "directory"

# As a rule's lists.
leveectl model suggest "$key" >suggested || bail "no suggestion"
{
	echo "rules:"
	echo "  - name: s"
	echo "    scope: {cgroup: [\"/$group/*\"]}"
	cat suggested
} >rule.yaml
check "a suggestion is a rule" leveectl check rule.yaml
check "and can be applied" leveectl apply rule.yaml
decisions >suggested.decisions
check_eq "what was known is allowed" "$(paste -d ' ' plain suggested.decisions | grep -c '^allowed deviates')" 0
cd /
rm -rf "$work"

# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # case_name and results come from driver.sh
# What a case can use; driver.sh sources this before the case, in a bash of
# its own with `set -u`. A case prints results with these functions only; its
# other output is shown when it fails.
#
#   ok NAME                     not_ok NAME WHY              skip NAME WHY
#   check NAME CMD...           the command succeeds
#   check_fails NAME CMD...     the command fails
#   check_status N NAME CMD...  the command exits with N
#   check_eq NAME GOT WANT      check_match NAME TEXT REGEX
#   bail WHY                    give the rest of the case up, as a failure
#   skip_case WHY               give the rest of the case up, as a skip
#   relay CMD...                its lines `ok NAME` and `not_ok NAME|WHY` (see
#                               data/results.py) are results; it must exit with 0
#   wait_for SECONDS CMD...     until the command succeeds
#   spawn CMD...                in the background until the case ends; $spawned
#   apply [ARG]... <<END        leveectl apply of the policy on standard input
#   cgroup NAME                 make /sys/fs/cgroup/NAME until the case ends
#   in_cgroup NAME CMD...       run it in there
#   netns NAME                  make a namespace with loopback up
#   link_netns A B NET          veth between: A 10.NET.1, B 10.NET.2, and
#                               fd00:NET::1, ::2 (NET as 77.0); names resolve to
#                               device eth-B in A and eth-A in B
#   in_netns NAME CMD...        run it in there
#   contained CGROUP NETNS CMD...   both
#   container NAME [ARG]...     podman run -d of busybox; $container_cgroup
#   kernel_at_least MAJOR MINOR
#   audits [JQ]                 one JSON object a line, selected by JQ
#   wait_audit SECONDS JQ       until one matches
#
# Acts (progs/act.c), what arrives of them, and what is reported of them:
#
#   peer NETNS FROM ADDRESS SERVER...   in NETNS, which FROM reaches at ADDRESS:
#                               record all that arrives, and echo (progs/peer.c)
#   addresses NETNS ADDRESS...  more addresses of NETNS
#   act ARG...                  sets $act_pid and $act_result
#   forget NETNS                what arrived so far
#   arrived NETNS REGEX         whether it did, all that was sent before included
#   check_act NAME RESULT KEY=VALUE... -- ARG...     the act comes to RESULT (a
#                               regex), and there is one audit with these keys,
#                               and the actor's; none when no key is given
#   denied NAME RESULT WHAT KEY=VALUE... -- ARG...   the same, and nothing that
#                               matches the regex WHAT arrives at the peer
#   passes NAME WHAT [KEY=VALUE...] -- ARG...        comes to "ok", and arrives
#   one_audit NAME KEY=VALUE... exactly one act was counted and reported since
#                               the last look; KEY= means absent, KEY=* present
#   no_audit NAME               none was
#   check_counted NAME N        N were counted, however they are reported

cgroups=/sys/fs/cgroup
made_cgroups=()
made_netns=()
spawned_pids=()
used_podman=
spawned=
container_cgroup=
audits_since='' audits_wrong=''
counted=0 counted_before=0 events=0 events_before=0
act_pid='' act_result='' arrival=''
peer_name='' peer_from='' peer_address=''

# To the suite, to the driver, and to the log that is shown on failure.
result() {
	echo "$1" >&9
	echo "$1" >>"$results"
	echo "-- $1"
}

ok() {
	result "ok $case_name/$1"
}

not_ok() {
	result "not ok $case_name/$1: ${2:-}"
}

skip() {
	result "skip $case_name/$1: ${2:?a skip needs a reason}"
}

bail() {
	not_ok "${2:-bail}" "$1"
	exit 1
}

skip_case() {
	skip case "$1"
	exit 0
}

run_logged() {
	echo "-- $*"
	"$@"
}

check() {
	local name=$1 status=0
	shift
	run_logged "$@" || status=$?
	if [[ $status -eq 0 ]]; then ok "$name"; else not_ok "$name" "status $status: $*"; fi
}

check_fails() {
	local name=$1 status=0
	shift
	run_logged "$@" || status=$?
	if [[ $status -ne 0 ]]; then ok "$name"; else not_ok "$name" "it succeeded: $*"; fi
}

check_status() {
	local want=$1 name=$2 status=0
	shift 2
	run_logged "$@" || status=$?
	if [[ $status -eq $want ]]; then ok "$name"; else not_ok "$name" "status $status, not $want: $*"; fi
}

check_eq() {
	if [[ $2 == "$3" ]]; then ok "$1"; else not_ok "$1" "'$2', not '$3'"; fi
}

check_match() {
	if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1" "'$2' does not match '$3'"; fi
}

relay() {
	local line
	while IFS= read -r line; do
		case $line in
		"ok "*) ok "${line#ok }" ;;
		"not_ok "*) not_ok "$(cut -d '|' -f 1 <<<"${line#not_ok }")" "${line#*|}" ;;
		*) echo "$line" ;;
		esac
	done < <("$@" 2>&1 || echo "not_ok relay|exit status $?: $*")
}

wait_for() {
	local until=$((SECONDS + $1 * LEVEE_SLOW))
	shift
	until "$@"; do
		[[ $SECONDS -lt $until ]] || return 1
		sleep 0.2
	done
}

spawn() {
	echo "-- $* &"
	"$@" 9>&- &
	spawned=$!
	spawned_pids+=("$spawned")
}

apply() {
	local policy
	policy=$(cat)
	leveectl apply "$@" - <<<"$policy" || {
		echo "$policy"
		bail "the policy was refused" apply
	}
	mark_audits
}

cgroup() {
	mkdir -p "$cgroups/$1" || bail "mkdir $cgroups/$1" cgroup
	made_cgroups+=("$1")
}

in_cgroup() {
	local name=$1
	shift
	(
		echo "$BASHPID" >"$cgroups/$name/cgroup.procs" || exit 125
		exec "$@" 9>&-
	)
}

netns() {
	{ ip netns add "$1" && ip -n "$1" link set lo up; } || bail "ip netns add $1" netns
	made_netns+=("$1")
}

link_netns() {
	local a=$1 b=$2 net=$3 v6=fd00:${3//./:}
	[[ -e /run/netns/$a ]] || netns "$a"
	[[ -e /run/netns/$b ]] || netns "$b"
	{
		ip -n "$a" link add "eth-$b" type veth peer name "eth-$a" netns "$b" &&
			ip -n "$a" addr add "10.$net.1/24" dev "eth-$b" &&
			ip -n "$b" addr add "10.$net.2/24" dev "eth-$a" &&
			ip -n "$a" addr add "$v6::1/64" dev "eth-$b" nodad &&
			ip -n "$b" addr add "$v6::2/64" dev "eth-$a" nodad &&
			ip -n "$a" link set "eth-$b" up &&
			ip -n "$b" link set "eth-$a" up
	} || bail "link $a and $b" netns
	wait_for 5 ip netns exec "$a" ping -c 1 -W 1 -q "10.$net.2" >/dev/null || bail "$b does not answer $a" netns
}

in_netns() {
	local name=$1
	shift
	ip netns exec "$name" "$@" 9>&-
}

contained() {
	local group=$1 ns=$2
	shift 2
	in_cgroup "$group" ip netns exec "$ns" "$@"
}

container() {
	local name=$1 id
	shift
	used_podman=yes
	levee-image >/dev/null || bail "no busybox image" podman
	id=$(podman run -d --name "$name" "$@" localhost/busybox sleep 100000 9>&-) || bail "podman run $name" podman
	# shellcheck disable=SC2034 # for the case
	container_cgroup=/machine.slice/libpod-$id.scope
}

kernel_at_least() {
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	((major > $1 || (major == $1 && minor >= $2)))
}

audits() {
	leveectl audits --json | jq -c ".events[] | select(${1:-true})"
}

has_audit() {
	[[ -n $(audits "$1") ]]
}

wait_audit() {
	wait_for "$1" has_audit "$2"
}

peer() {
	local name=$1
	peer_name=$1 peer_from=$2 peer_address=$3
	shift 3
	# The fence of arrived() is at port 9.
	ip netns exec "$name" peer "/run/peer.$name" udp:9 "$@" >"/run/peer.$name.out" 9>&- &
	spawned=$!
	spawned_pids+=("$spawned")
	wait_for 5 grep -q ready "/run/peer.$name.out" || bail "no peer in $name" peer
}

addresses() {
	local name=$1 address
	shift
	for address in "$@"; do
		if [[ $address == *:* ]]; then
			ip -n "$name" -6 addr add "$address/128" dev lo nodad
		else
			ip -n "$name" addr add "$address/32" dev lo
		fi || bail "no address $address in $name" addresses
	done
}

# Sets $counted: deviations of all rules, and $events: reports of any kind.
count_audits() {
	local file value
	counted=0
	for file in /sys/kernel/levee/rules/*/audited; do
		read -r value 2>/dev/null <"$file" && counted=$((counted + value))
	done
	read -r events </sys/kernel/levee/stats/events
}

# Audits up to here are no longer new: sequence numbers count all reports.
mark_audits() {
	count_audits
	counted_before=$counted events_before=$events audits_since=$events
}

act() {
	local line
	[[ -n $audits_since ]] || mark_audits
	line=$(command act "$@" 9>&-)
	act_pid=${line%%[^0-9]*}
	act_result=${line#"$act_pid"}
	act_result=${act_result# }
	echo "-- act $*: $line"
}

forget() {
	: >"/run/peer.$1"
}

# The echo of a datagram that is sent last tells that all before it was seen.
arrived() {
	local line
	[[ $1 != "$peer_name" ]] || command act -n "$peer_from" udp "$peer_address" 9 >/dev/null 9>&-
	arrival=
	while read -r line; do
		if [[ $line =~ $2 ]]; then
			arrival=$line
			return 0
		fi
	done <"/run/peer.$1"
	return 1
}

# Sets $audits_wrong: how the audits since the last look differ from COUNT of
# them with KEY=VALUE...
compare_audits() {
	local count=$1 lines
	shift
	[[ -n $audits_since ]] || mark_audits
	count_audits
	audits_wrong=
	# The usual case is cheap: nothing was counted, nothing was reported.
	if [[ $count -eq 0 && $counted -eq $counted_before && $events -eq $events_before ]]; then
		return
	fi
	# shellcheck disable=SC2016 # jq's variables
	mapfile -t lines < <(leveectl audits --json | jq -r --argjson since "${audits_since:-0}" \
		--argjson count "$count" --argjson counted "$((counted - counted_before))" '
		[.events[] | select(.seq > $since)] as $new |
		([$new[].count] | add // 0) as $reported |
		([.events[].seq, 0] | max),
		([(if ($new | length) == $count and $reported == $count and $counted == $count then empty
		   else "\($new | length) audits of \($reported) acts, \($counted) counted, not \($count)" end),
		  ($ARGS.positional[] | index("=") as $at | .[:$at] as $key | .[$at + 1:] as $want |
		   ($new[0] // {} | if has($key) then .[$key] | tostring else "" end) as $got |
		   if $got == $want or ($want == "*" and $got != "") then empty else "\($key) is \"\($got)\", not \"\($want)\"" end)
		 ] | join("; ")), ($new[] | tojson)' --args "$@")
	audits_since=${lines[0]:-}
	audits_wrong=${lines[1]-"leveectl audits failed"}
	printf '%s\n' "${lines[@]:2}"
	counted_before=$counted events_before=$events
}

one_audit() {
	local name=$1
	shift
	compare_audits 1 "$@"
	verdict "$name" "$audits_wrong"
}

check_counted() {
	count_audits
	check_eq "$1" "$((counted - counted_before))" "$2"
	mark_audits
}

no_audit() {
	compare_audits 0
	verdict "$1" "$audits_wrong"
}

verdict() {
	if [[ -z $2 ]]; then ok "$1"; else not_ok "$1" "$2"; fi
}

# Sets $wrong; RESULT KEY=VALUE... -- ARG...
try_act() {
	local want=$1 audit=()
	shift
	while [[ $1 != -- ]]; do
		audit+=("$1")
		shift
	done
	shift
	[[ -z $peer_name ]] || forget "$peer_name"
	act "$@"
	wrong=
	[[ $act_result =~ ^($want)$ ]] || wrong="came to '$act_result', not '$want';"
	if [[ ${#audit[@]} -eq 0 ]]; then
		compare_audits 0
	else
		[[ " ${audit[*]}" == *' pid='* ]] || audit+=("pid=$act_pid")
		[[ " ${audit[*]}" == *' comm='* ]] || audit+=(comm=act)
		[[ " ${audit[*]}" == *' uid='* ]] || audit+=(uid=0)
		compare_audits 1 "${audit[@]}"
	fi
	wrong+=$audits_wrong
}

check_act() {
	local name=$1 wrong
	shift
	try_act "$@"
	verdict "$name" "$wrong"
}

denied() {
	local name=$1 result=$2 what=$3 wrong
	shift 3
	try_act "$result" "$@"
	! arrived "$peer_name" "$what" || wrong+=" it arrived: $arrival"
	verdict "$name" "$wrong"
}

passes() {
	local name=$1 what=$2 wrong
	shift 2
	try_act ok "$@"
	arrived "$peer_name" "$what" || wrong+=" it did not arrive"
	verdict "$name" "$wrong"
}

# Leave the guest as it was found: the next case runs in it.
cleanup() {
	local name old_audits=0
	[[ ${#spawned_pids[@]} -eq 0 ]] || kill -9 "${spawned_pids[@]}" 2>/dev/null
	[[ -z $used_podman ]] || podman rm -f -a -t 0 >/dev/null 2>&1
	if [[ -e /sys/module/levee ]] && command -v leveectl >/dev/null; then
		leveectl flush 2>/dev/null
		old_audits=$(cat /sys/kernel/levee/stats/events 2>/dev/null)
	fi
	for name in "${made_netns[@]}"; do
		ip netns pids "$name" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns del "$name" 2>/dev/null
	done
	for name in "${made_cgroups[@]}"; do
		[[ -d $cgroups/$name ]] || continue
		echo 1 2>/dev/null >"$cgroups/$name/cgroup.kill"
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			find "$cgroups/$name" -depth -type d -exec rmdir {} + 2>/dev/null && break
			sleep 0.1
		done
	done
	# Thousands of them would be read again for each check of the next cases.
	if [[ ${old_audits:-0} -gt 1000 ]] && rmmod levee 2>/dev/null; then modprobe levee; fi
}
trap cleanup EXIT

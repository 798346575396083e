#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In the guest: run the cases NAME... one after another (/root/cases/NAME.sh):
#   driver.sh yes|no NAME...      (yes: show their output as it comes)
# The suite reads the lines `# case NAME`, `ok ...`, `not ok ...: why`,
# `skip ...: why` and `# end NAME SECONDS`.
set -u

verbose=${1:?}
shift
exec 9>&1

# What a case that was killed left behind would fail the next ones.
sweep() {
	local ns
	for ns in $(ip netns list | cut -d ' ' -f 1); do
		ip netns pids "$ns" | xargs -r kill -9
		ip netns del "$ns"
	done
	leveectl flush
} >/dev/null 2>&1

for name in "$@"; do
	file=/root/cases/$name.sh
	log=/run/$name.log
	results=/run/$name.results
	limit=$(sed -n 's/^# timeout: *//p' "$file")
	limit=${LEVEE_LIMIT:-$((${limit:-120} * LEVEE_SLOW))}
	start=$SECONDS
	: >"$results"
	echo "# case $name"
	echo "levee-test: case $name" >/dev/kmsg
	if [[ $verbose == yes ]]; then log=/dev/stdout; fi
	# shellcheck disable=SC2016 # for the inner shell
	case_name=$name results=$results timeout -k 10 "$limit" \
		bash -uc '. /root/lib.sh; . "$0"' "$file" </dev/null >"$log" 2>&1
	status=$?
	if [[ $status -eq 124 || $status -eq 137 ]]; then
		echo "not ok $name/time: not done within $limit s" | tee -a "$results"
		sweep
	elif [[ ! -s $results || $status -ne 0 ]] && ! grep -q '^not ok' "$results"; then
		echo "not ok $name/end: exit status $status, $(wc -l <"$results") results" | tee -a "$results"
	fi
	if [[ $verbose != yes ]] && grep -q '^not ok' "$results"; then
		tail -n 60 "$log" | sed 's/^/| /'
	fi
	bash /levee-test/leaks
	echo "# end $name $((SECONDS - start))"
done

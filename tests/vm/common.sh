# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What run, suite and build share: where things are and how they are kept.

vm_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
top_dir=$(readlink -f "$vm_dir/../..")
cache_dir=${LEVEE_CACHE:-$top_dir/.cache}

note() {
	echo "vm: $*" >&2
}

die() {
	echo "vm: $*" >&2
	exit 99
}

# One name for the content of the files given.
hash_files() {
	cat -- "$@" | sha256sum | cut -c1-16
}

# Run a command with NAME locked, so that two runs at once build once.
with_lock() {
	local name=$1 fd status=0
	shift
	mkdir -p "$cache_dir/locks"
	exec {fd}>"$cache_dir/locks/$name"
	flock "$fd"
	"$@" || status=$?
	exec {fd}>&-
	return "$status"
}

# Keep the newest COUNT of the files or folders that follow.
keep_newest() {
	local count=$1
	shift
	local -a old
	[[ $# -gt 0 ]] || return 0
	# shellcheck disable=SC2012 # names are ours
	mapfile -t old < <(ls -td -- "$@" 2>/dev/null | tail -n "+$((count + 1))")
	[[ ${#old[@]} -eq 0 ]] || rm -rf --one-file-system -- "${old[@]}"
}

suite_of() {
	case $1 in
	6.1) echo bookworm ;;
	6.12 | 7.3 | debug | kcsan) echo trixie ;;
	*) return 1 ;;
	esac
}

# How much longer things take on a kernel that watches itself: run tells the
# guest (LEVEE_SLOW), and time limits of cases and of lib.sh are that many times
# as long.
slowness() {
	case $1 in
	debug | kcsan) echo 5 ;;
	*) echo 1 ;;
	esac
}

# Reports of the kernel itself, at the start of its lines; a test that makes
# levee log such words cannot forge one.
complaints='(\[ *[0-9.]+\](\[[^]]*\])? )((BUG|WARNING|KASAN|KCSAN|UBSAN|KFENCE)|BUG: |Oops|Kernel panic|general protection fault|stack segment|watchdog: BUG|(rcu: )?INFO: (rcu|task|possible|trying|inconsistent)|.* detected (stall|expedited stall)|refcount_t: |list_(add|del) corruption|unreferenced object|unregister_netdevice: waiting|------------\[ cut here)'

# KCSAN's reports without a function of levee are about others: only their names
# stay in LOG, as "race elsewhere: FUNCTION / FUNCTION".
drop_races_elsewhere() {
	awk '/BUG: KCSAN: / { text = ""; ours = 0; inside = 1; title = $0 }
		inside { text = text $0 "\n" }
		!inside { print }
		/\[levee\]/ { ours = 1 }
		inside && /======/ {
			inside = 0
			if (ours) { printf "%s", text; next }
			sub(/BUG: KCSAN: (assert: race|data-race) in /, "race elsewhere: ", title)
			print title
		}
		END { if (inside) printf "%s", text }' "$1" >"$1.kept"
	mv "$1.kept" "$1"
}

# The first one in a kernel's log, as LINE:TEXT.
complaint() {
	grep -naEm 1 "^$complaints" "$1"
}

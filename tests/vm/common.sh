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
	6.12 | 7.3 | debug) echo trixie ;;
	*) return 1 ;;
	esac
}

# Reports of the kernel itself, at the start of its lines; a test that makes
# levee log such words cannot forge one.
complaints='(\[ *[0-9.]+\](\[[^]]*\])? )((BUG|WARNING|KASAN|KCSAN|UBSAN|KFENCE)|BUG: |Oops|Kernel panic|general protection fault|stack segment|watchdog: BUG|(rcu: )?INFO: (rcu|task|possible|trying|inconsistent)|.* detected (stall|expedited stall)|refcount_t: |list_(add|del) corruption|kmemleak: [0-9]+ new suspected|unreferenced object|unregister_netdevice: waiting|------------\[ cut here)'

# The first one in a kernel's log, as LINE:TEXT.
complaint() {
	grep -naEm 1 "^$complaints" "$1"
}

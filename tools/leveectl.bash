# SPDX-License-Identifier: GPL-2.0
# bash completion of leveectl(8)

_leveectl_cgroups()
{
	local mount
	mount=$(findmnt -n -t cgroup2 -o TARGET 2>/dev/null | head -n 1)
	[[ -n $mount ]] || return
	# Paths from the cgroup root, a component at a time.
	compopt -o nospace -o filenames
	mapfile -t COMPREPLY < <(compgen -d -- "$mount$1" | sed "s|^$mount||; s|\$|/|")
}

# Keys with their kind; what a shell would split or expand is left to the hand.
_leveectl_models()
{
	local keys
	keys=$(leveectl model list --json 2>/dev/null |
		grep -oE '"key":"[]A-Za-z0-9_.:/@%+=,[-]*"' | sed 's/^"key":"//; s/"$//')
	mapfile -t COMPREPLY < <(compgen -W "$keys" -- "$1")
	declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$1"
}

_leveectl_model()
{
	local cur=$1
	if [[ $COMP_CWORD -eq 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "list show export import relearn extend freeze
			suggest" -- "$cur")
		return
	fi
	case ${COMP_WORDS[2]}:$cur in
	list:*) mapfile -t COMPREPLY < <(compgen -W "--json" -- "$cur") ;;
	show:-*) mapfile -t COMPREPLY < <(compgen -W "--stale --json" -- "$cur") ;;
	export:-*) mapfile -t COMPREPLY < <(compgen -W "--plain --output" -- "$cur") ;;
	import:*)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	export:*)
		if [[ ${COMP_WORDS[COMP_CWORD - 1]} = --output ]]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		else
			_leveectl_models "$cur"
		fi
		;;
	*) _leveectl_models "$cur" ;;
	esac
}

_leveectl()
{
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]}
	COMPREPLY=()

	if [[ $COMP_CWORD -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "check apply show status flush explain monitor
			audits incidents bind unbind release model feed stats doctor version --help --version" -- "$cur")
		return
	fi
	case $command in
	check | apply)
		if [[ $command = apply && $cur = -* ]]; then
			mapfile -t COMPREPLY < <(compgen -W "--alert-only" -- "$cur")
		else
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi
		;;
	show)
		mapfile -t COMPREPLY < <(compgen -W "policy rules workloads models feeds --json" -- "$cur")
		;;
	status | stats)
		mapfile -t COMPREPLY < <(compgen -W "--json" -- "$cur")
		;;
	monitor)
		mapfile -t COMPREPLY < <(compgen -W "--json --audits --incidents" -- "$cur")
		;;
	audits | incidents)
		mapfile -t COMPREPLY < <(compgen -W "--since --json" -- "$cur")
		;;
	feed)
		if [[ $COMP_CWORD -eq 2 ]]; then
			mapfile -t COMPREPLY < <(compgen -W "load unload list" -- "$cur")
			return
		fi
		case ${COMP_WORDS[2]} in
		list) mapfile -t COMPREPLY < <(compgen -W "--json" -- "$cur") ;;
		load)
			if [[ $cur = -* ]]; then
				mapfile -t COMPREPLY < <(compgen -W "--lenient" -- "$cur")
			elif [[ $COMP_CWORD -ge 4 ]]; then
				compopt -o filenames
				mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			fi
			;;
		esac
		;;
	release | unbind)
		_leveectl_cgroups "$cur"
		;;
	bind)
		if [[ $COMP_CWORD -eq 2 ]]; then
			_leveectl_cgroups "$cur"
		else
			mapfile -t COMPREPLY < <(compgen -W "--container --image" -- "$cur")
		fi
		;;
	model)
		_leveectl_model "$cur"
		;;
	explain)
		case $COMP_CWORD in
		2) _leveectl_cgroups "$cur" ;;
		3) mapfile -t COMPREPLY < <(compgen -W "connect listen dns raw" -- "$cur") ;;
		4)
			if [[ ${COMP_WORDS[3]} = dns ]]; then
				return
			elif [[ ${COMP_WORDS[3]} = raw ]]; then
				mapfile -t COMPREPLY < <(compgen -W "inet inet6 packet xdp" -- "$cur")
			else
				mapfile -t COMPREPLY < <(compgen -W "tcp udp sctp icmp" -- "$cur")
			fi
			;;
		esac
		;;
	esac
}

complete -F _leveectl leveectl

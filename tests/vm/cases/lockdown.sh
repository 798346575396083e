# SPDX-License-Identifier: GPL-2.0
# timeout: 180
# boot: lsm=landlock,lockdown,yama,apparmor,bpf
# Lockdown, as secure boot sets it: a module that is loaded works on and arms
# its hooks; one that nobody signed whom the kernel trusts is not loaded.

cgroup seated
# shellcheck source=tests/vm/data/seat.sh
. /root/data/seat.sh
lockdown=/sys/kernel/security/lockdown
module=$(modinfo -n levee)
[[ -w $lockdown ]] || skip_case "no lockdown in this kernel"
check_match "it is off" "$(<$lockdown)" '\[none\]'
check_match "doctor says so" "$(leveectl doctor)" "ok   lockdown: none"

# Not from a pipe: the kernel's words come as an exit status and a line.
refused_by() {
	local said
	said=$("$@" 2>&1) && { echo "it was loaded"; return; }
	echo "$said"
	dmesg | grep -i lockdown | tail -n 1
}

for level in integrity confidentiality; do
	echo "$level" >"$lockdown"
	check_match "$level is set" "$(<$lockdown)" "\\[$level\\]"
	check_match "$level: doctor says what it means" "$(leveectl doctor)" "note lockdown: $level, so modules need"
	check "$level: a policy" leveectl apply "$work/require.yaml"
	check_eq "$level: armed" "$(hook_states)" armed
	check_match "$level: enforced at the socket" "$(acts)" "^$with_seat"
	check "$level: flush" leveectl flush
	check "$level: the hooks are armed anew" leveectl apply "$work/require.yaml"
	check_match "$level: enforced again" "$(acts)" "^$with_seat"
	check "$level: flush again" leveectl flush
	said=$(refused_by insmod "$module")
	echo "insmod: $said"
	check_match "$level: the module is not loaded" "$said" "(Operation not permitted|Key was rejected by service)"
	check_match "$level: the kernel log says why" "$said" "unsigned module loading is restricted"
done

check "it can be unloaded" rmmod levee
said=$(refused_by modprobe levee)
echo "modprobe: $said"
check_match "and not loaded again" "$said" "could not insert 'levee': (Operation not permitted|Key was rejected by service)"
check_match "leveectl says that it is not there" "$(leveectl status 2>&1)" "levee is not loaded"
check_match "doctor says so, and why" "$(leveectl doctor)" "bad  module: not loaded.*lockdown: confidentiality, so modules need"

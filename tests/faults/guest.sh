# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# In a guest of tests/uml/run or tests/vm/run: the faults, then unload.
set -u
ip addr add 192.0.2.1/32 dev lo
module=${LEVEE_KO:-}
if [[ -z $module ]]; then
	# As DKMS installed it, which may be compressed.
	module=/run/levee.ko
	file=$(modinfo -n levee)
	case $file in
	*.xz) xz -dc "$file" >"$module" ;;
	*.zst) zstd -qdc "$file" >"$module" ;;
	*) cp "$file" "$module" ;;
	esac
fi
status=0
faults --module "$module" "$@" || status=1
for _ in 1 2 3 4 5; do
	rmmod levee && exit "$status"
	sleep 1
done
echo "not ok faults unload: the module cannot be unloaded after a flush"
exit 1

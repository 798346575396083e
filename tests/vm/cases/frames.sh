# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 200
# shellcheck disable=SC2154 # what comes from lib.sh
# Frames of packet sockets are judged as the packets that are in them, by whatever
# call they are sent, on whatever device.

group=case-frames
cgroup "$group/in"
made_cgroups+=("$group")
link_netns box far 85.0
ip -n box link add link eth-far name vlan5 type vlan id 5
ip -n far link add link eth-box name vlan5 type vlan id 5
ip -n box addr add 10.85.5.1/24 dev vlan5
ip -n far addr add 10.85.5.2/24 dev vlan5
ip -n box link set vlan5 up
ip -n far link set vlan5 up
addresses far 10.86.0.1 10.86.0.2
seen=/run/frames.seen
in_netns far tcpdump -i eth-box -n -l -e >"$seen" 2>/dev/null 9>&- &
spawned_pids+=($!)
wait_for 5 test -e "$seen"

cat >/run/frame.py <<'END'
"""frame.py DEVICE WAY DST PORT: one UDP frame, by a way to send it; prints what came of it."""
import errno, fcntl, socket, struct, sys
device, way, dst, port = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
proto = {"arp": 0x0806, "other": 0x88b5, "v6": 0x86dd}.get(way, 0x0800)


def csum(b):
    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    s = (s >> 16) + (s & 0xffff)
    return ~(s + (s >> 16)) & 0xffff


udp = struct.pack("!HHHH", 4000, port, 12, 0) + b"leak"
if way == "v6":
    ip = struct.pack("!IHBB", 6 << 28, len(udp), 17, 64) + socket.inet_pton(socket.AF_INET6, "fd00:85:0::1") + \
        socket.inet_pton(socket.AF_INET6, dst)
else:
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, socket.inet_aton("10.85.0.1"),
                     socket.inet_aton(dst))
    ip = ip[:10] + struct.pack("!H", csum(ip)) + ip[12:]
data = ip + udp
if way in ("arp", "other"):
    data = b"\0" * 46
if way == "options":
    data = bytes([0x46]) + data[1:20] + b"\1\1\1\1" + data[20:]
if way == "fragment":
    data = data[:6] + struct.pack("!H", 3) + data[8:]
if way == "cut":
    data = data[:19]
tags = {"tag": b"\x81\0\0\5", "tags": b"\x88\xa8\0\5\x81\0\0\6"}.get(way, b"")
mac = b"\xff" * 6
try:
    if way == "dgram":
        s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        s.sendto(data, (device, proto, 0, 0, mac))
    else:
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        if way == "bypass":
            s.setsockopt(263, 20, 1)  # SOL_PACKET, PACKET_QDISC_BYPASS
        frame = mac + b"\2\0\0\0\0\1" + tags + struct.pack("!H", proto) + data
        if way == "ring":
            size = 2048
            s.setsockopt(263, 10, struct.pack("i", 0))  # PACKET_VERSION: TPACKET_V1
            s.setsockopt(263, 13, struct.pack("IIII", 4096, 1, size, 2))  # PACKET_TX_RING
            import mmap
            ring = mmap.mmap(s.fileno(), 4096)
            s.bind((device, proto))
            ring[32:32 + len(frame)] = frame
            ring[0:16] = struct.pack("LII", 1, len(frame), len(frame))
            s.send(b"")
        else:
            s.bind((device, proto))
            s.send(frame)
    print("ok")
except OSError as e:
    print(errno.errorcode[e.errno])
END
frame() {
	contained "$group/in" box python3 /run/frame.py "$@"
}
arrived_frame() {
	wait_for 10 grep -q "$1" "$seen"
}
# NAME TEXT ARG...: reported, and nothing like it arrives.
lost() {
	local name=$1 text=$2
	shift 2
	: >"$seen"
	came=$(frame "$@")
	sleep 0.3
	check_fails "$name: does not arrive ($came)" grep -q "$text" "$seen"
	one_audit "$name: is reported" feature=outbound effect=prevent enforced=true comm=python3 "${audit[@]}"
}
arrives() {
	local name=$1 text=$2
	shift 2
	: >"$seen"
	check_eq "$name: is sent" "$(frame "$@")" ok
	check "$name: arrives" arrived_frame "$text"
	no_audit "$name: in silence"
}
policy() {
	apply <<-END
		rules:
		  - name: frames
		    scope: {cgroup: ["/$group/in"]}
		    raw-sockets: {effect: alert, allow: [packet]}
		    outbound: {effect: prevent, $1}
	END
}

policy 'default: allow, deny: [10.86.0.1, "fd00:86::/64"]'
port=50
for way in raw dgram bypass ring options tag tags; do
	port=$((port + 1))
	audit=(reason=denied address=10.86.0.1 "port=$port" protocol=udp)
	lost "$way" "10\\.86\\.0\\.1\\.$port" eth-far $way 10.86.0.1 $port
done
audit=(reason=denied address=fd00:86::1 port=60 protocol=udp)
lost "IPv6" 'fd00:86::1\.60' eth-far v6 fd00:86::1 60
audit=(reason=denied address=10.86.0.1 port=61)
lost "another device" '10\.86\.0\.1\.61' vlan5 raw 10.86.0.1 61
ip -n box link add dum0 type dummy
ip -n box link set dum0 up
audit=(reason=denied address=10.86.0.1 port=62)
lost "a device that came later" '10\.86\.0\.1\.62' dum0 raw 10.86.0.1 62
audit=(reason=malformed)
lost "a fragment" '10\.86\.0\.2' eth-far fragment 10.86.0.2 63
lost "a header that is cut" '10\.86\.0\.2' eth-far cut 10.86.0.2 64
arrives "what is not denied" '10\.86\.0\.2\.65' eth-far raw 10.86.0.2 65
arrives "by a ring" '10\.86\.0\.2\.66' eth-far ring 10.86.0.2 66
arrives "ARP" 'ARP' eth-far arp 10.86.0.2 0
arrives "another type, where the default allows" '0x88b5' eth-far other 10.86.0.2 0

policy 'allow: ["10.86.0.2:70-79/udp"]'
arrives "ARP under default deny" 'ARP' eth-far arp 10.86.0.2 0
arrives "what is allowed" '10\.86\.0\.2\.70' eth-far raw 10.86.0.2 70
audit=(reason=not-allowed address=10.86.0.2 port=80)
lost "another port" '10\.86\.0\.2\.80' eth-far raw 10.86.0.2 80
audit=(reason=not-allowed)
lost "another type" '0x88b5' eth-far other 10.86.0.2 0

# A socket that is older than the policy.
leveectl flush
cat >/run/older.py <<'END'
import signal, socket, struct, sys, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind(("eth-far", 0x0800))
udp = struct.pack("!HHHH", 4000, 90, 12, 0) + b"leak"
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 32, 1, 0, 64, 17, 0, socket.inet_aton("10.85.0.1"), socket.inet_aton("10.86.0.1"))
frame = b"\xff" * 6 + b"\2\0\0\0\0\1" + b"\x08\0" + ip + udp
while True:
    try:
        s.send(frame)
    except OSError:
        pass
    time.sleep(0.1)
END
spawn contained "$group/in" box python3 /run/older.py
check "older: it sends" arrived_frame '10\.86\.0\.1\.90'
policy 'default: allow, deny: [10.86.0.1]'
sleep 0.5
: >"$seen"
sleep 1
check_fails "older: nothing arrives any more" grep -q '10\.86\.0\.1\.90' "$seen"
check "older: it is reported" wait_audit 3 '.port == 90 and .reason == "denied"'
check_eq "the status knows the hook" "$(leveectl status --json | jq -r '.hooks.egress')" armed

# Where somebody has filled the hook of a device before, the status says so.
netns full
ip -n full link add dum1 type dummy
{
	echo "table netdev filler {"
	for ((n = 0; n < 1024; n++)); do
		echo "chain c$n { type filter hook egress device dum1 priority $n; }"
	done
	echo "}"
} | in_netns full nft -f - || bail "the hook cannot be filled"
unjudged() {
	leveectl status --json | jq -r '.unenforced[]' | grep -c "egress hook was full"
}
check_eq "full: nothing to say before it matters" "$(unjudged)" 0
contained "$group/in" full python3 /run/frame.py dum1 raw 10.86.0.1 91 >/dev/null
check_eq "full: the status says so" "$(unjudged)" 1
ip -n full link del dum1
check_eq "full: until the device goes" "$(unjudged)" 0

# Nobody else's frames are touched, and a flush leaves no hook behind.
leveectl flush
: >"$seen"
frame eth-far raw 10.86.0.1 99 >/dev/null
check "flush: it passes" arrived_frame '10\.86\.0\.1\.99'
check_eq "flush: idle" "$(leveectl status --json | jq -r '.hooks.egress')" idle

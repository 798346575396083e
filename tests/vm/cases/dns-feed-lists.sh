# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# npm: eth-phishing-detect @ip-location-db/asn-country
# shellcheck disable=SC2154 # what comes from lib.sh
# Lists that nobody made for this, and one as long as a feed may be: every name on
# them is caught, and no other.

group=case-lists
cgroup "$group"
export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
cd "$work" || bail "no folder"
apply <<-END
	rules:
	  - name: lists
	    scope: {cgroup: ["/$group"]}
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent, default: allow}
	    dns: {effect: prevent, default: allow}
END

cat >lists.py <<'END'
import bisect, ipaddress, json, random, re, resource, socket, subprocess, sys, time
from genl import *
from results import *

random.seed(20260101)
BATCH = 64
nl = Socket(receive_buffer=1 << 20)
cgroup = cgroup_id("/case-lists")

def explain(acts):
    """Which feed decides of each act, or None; many requests in one message."""
    found = []
    for at in range(0, len(acts), BATCH):
        batch = acts[at:at + BATCH]
        first_seq = nl.seq + 1
        nl.sock.send(b"".join(nl.message(X.CMD_EXPLAIN, act, flags=0) for act in batch))
        answers = {}
        while len(answers) < len(batch):
            data = nl.sock.recv(1 << 18)
            while len(data) >= 16:
                length, kind, _, seq, _ = struct.unpack_from("<IHHII", data)
                if kind == NLMSG_ERROR:
                    raise Error(-struct.unpack_from("<i", data, 16)[0], "explain", None)
                attrs = parse(data[20:length])
                feed = first(attrs, X.A_ACT_FEED)
                answers[seq - first_seq] = feed.rstrip(b"\0").decode() if feed else None
                data = data[(length + 3) & ~3:]
        found += [answers[i] for i in range(len(batch))]
    return found

dns = u64(X.A_ACT_CGROUP_ID, cgroup) + u32(X.A_ACT_FEATURE, X.FEATURE_DNS)
outbound = (u64(X.A_ACT_CGROUP_ID, cgroup) + u32(X.A_ACT_FEATURE, X.FEATURE_OUTBOUND) + u32(X.A_ACT_PROTO, 6) +
            u32(X.A_ACT_PORT, 443))

def of_names(names):
    return explain([dns + attr(X.A_ACT_NAME, b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0")
                    for name in names])

def of_addresses(family, numbers):
    size = 4 if family == socket.AF_INET else 16
    return explain([outbound + attr(X.A_ACT_ADDRESS, n.to_bytes(size, "big")) for n in numbers])

def load(feed, path, skipped=0):
    """What `feed list` has of it; what it took goes to the log."""
    begin = time.monotonic()
    done = subprocess.run(["leveectl", "feed", "load", *["--lenient"][:skipped], feed, path], capture_output=True, text=True)
    seconds = time.monotonic() - begin
    print(done.stdout.rstrip())
    told = re.search(r", (\d+) bad lines skipped", done.stdout)
    say(done.returncode == 0 and int(told[1] if told else 0) == skipped, f"{feed}-loads", done.stdout + done.stderr)
    of = next(f for f in json.loads(subprocess.check_output(["leveectl", "feed", "list", "--json"]))["feeds"]
              if f["name"] == feed)
    rss = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"{feed}: {of['count']} in {seconds:.1f} s, {of['bytes']} bytes, {of['bytes'] / of['count']:.2f} each; "
          f"leveectl had {rss} KiB at most")
    return of

def check(label, feed, names, want):
    """@want(name): whether it is on the list, or below what is."""
    wrong = [(name, got) for name, got in zip(names, of_names(names)) if got != (feed if want(name) else None)]
    say(not wrong, label, f"{len(wrong)} of {len(names)}: {wrong[:5]}")

def is_address(text):
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False

def random_name():
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
    label = "".join(random.choice(letters) for _ in range(random.randint(4, 16)))
    return "x" + label + random.choice((".com", ".io", ".app", ".xyz", ".netlify.app", ".webflow.io", ".co.uk"))

def phishing(folder):
    config = json.load(open(folder + "/src/config.json"))
    # A few are addresses, which are no names.
    names = [name.lower() for name in config["blacklist"] if not is_address(name)]
    listed = set(names)
    with open("phishing", "w") as out:
        out.write("\n".join(config["blacklist"]) + "\n")
    def on_list(name):
        labels = name.split(".")
        return any(".".join(labels[i:]) in listed for i in range(len(labels)))
    top = sum(1 for name in listed if "." not in name or not on_list(name.partition(".")[2]))
    same("phishing-count", load("phishing", "phishing", len(config["blacklist"]) - len(names))["count"], top)
    check("phishing-all", "phishing", names, lambda name: True)
    check("phishing-below", "phishing", ["www." + name for name in names[::40]], lambda name: True)
    check("phishing-others", "phishing", [random_name() for _ in range(10000)], on_list)
    check("phishing-near", "phishing", ["x" + name for name in names[::40]] + [name + "x" for name in names[::40]] +
          [name.partition(".")[2] for name in names[::40]] + config["whitelist"], on_list)
    subprocess.run(["leveectl", "feed", "unload", "phishing"])
    # The package's other list is a hosts file.
    hosts = [line.split()[1] for line in open(folder + "/src/hosts.txt") if line.startswith("0.0.0.0")]
    load("hosts", folder + "/src/hosts.txt")
    check("hosts-all", "hosts", hosts, lambda name: True)
    check("hosts-not-localhost", "hosts", ["localhost"], lambda name: False)
    subprocess.run(["leveectl", "feed", "unload", "hosts"])

def ranges(folder, version, family, bits, each):
    label = f"ranges{version}"
    rows = sorted(tuple(map(int, line.split(",")[:2])) for line in open(f"{folder}/asn-country-ipv{version}-num.csv"))
    of = load(label, f"{folder}/asn-country-ipv{version}.csv")
    say(of["bytes"] <= each * of["count"], label + "-memory", of)
    firsts = [row[0] for row in rows]
    def on_list(number):
        at = bisect.bisect(firsts, number) - 1
        return at >= 0 and number <= rows[at][1]
    some = random.sample(rows, 400)
    numbers = [row[0] for row in some] + [row[1] for row in some] + [random.randint(*row) for row in some]
    numbers += [row[0] - 1 for row in some] + [row[1] + 1 for row in some]
    numbers += [random.getrandbits(bits) if version == 4 else 0x2000 << 112 | random.getrandbits(29) << 96 for _ in range(1000)]
    # What is special in other ways is not asked here.
    numbers = [n for n in numbers if n < 1 << bits and not (version == 4 and n >> 24 in (0, 127))]
    wrong = [(hex(n), got) for n, got in zip(numbers, of_addresses(family, numbers)) if got != (label if on_list(n) else None)]
    say(not wrong, label, f"{len(wrong)} of {len(numbers)}: {wrong[:5]}")
    say(0 < sum(map(on_list, numbers)) < len(numbers), label + "-both", len(numbers))
    subprocess.run(["leveectl", "feed", "unload", label])

COUNT = 2000000
def large_name(i, wrong=0):
    return f"n{i}-{(i * 7919 + wrong) % 1000003}." + ("com", "net", "example.org", "xyz")[i % 4]

def large():
    of = load("large", "large")
    same("large-count", of["count"], COUNT)
    say(of["bytes"] <= 10 * COUNT, "large-memory", of["bytes"])
    some = random.sample(range(COUNT), 2000) + [0, COUNT - 1]
    check("large-sample", "large", [large_name(i) for i in some], lambda name: True)
    check("large-below", "large", ["a.b." + large_name(i) for i in some[::4]], lambda name: True)
    check("large-others", "large", [large_name(i, 1) for i in some] + [random_name() for _ in range(2000)],
          lambda name: False)
    check("large-above", "large", ["com", "net", "example.org", "org", "xyz"], lambda name: False)
    subprocess.run(["leveectl", "feed", "unload", "large"])

if sys.argv[1] == "phishing":
    phishing("/root/npm/eth-phishing-detect")
elif sys.argv[1] == "ranges":
    ranges("/root/npm/asn-country", 4, socket.AF_INET, 32, 9)
    ranges("/root/npm/asn-country", 6, socket.AF_INET6, 128, 24)
else:
    large()
END

registry="the npm registry was out of reach"
if [[ -d /root/npm/eth-phishing-detect ]]; then relay python3 lists.py phishing; else skip phishing "$registry"; fi
if [[ -d /root/npm/asn-country ]]; then relay python3 lists.py ranges; else skip ranges "$registry"; fi
awk 'BEGIN {
	split("com net example.org xyz", tops)
	for (i = 0; i < 2000000; i++)
		printf "n%d-%d.%s\n", i, i * 7919 % 1000003, tops[i % 4 + 1]
}' >large
relay python3 lists.py large
check_eq unloaded "$(leveectl feed list)" "no feed is loaded"

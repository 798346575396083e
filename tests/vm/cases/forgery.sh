# SPDX-License-Identifier: GPL-2.0
# Names that a container chooses, its processes' and its cgroups', forge
# nothing: not the kernel log, not the tool's output, not its JSON.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
leveectl apply - <<'END' || bail "the policy was refused"
rules:
  - name: "forged \" \\x41 'rule'"
    scope: {cgroup: ["/forge-*"]}
    outbound: {effect: prevent, deny: [192.0.2.0/24]}
END
leveectl monitor --json >"$work/monitor.json" 9>&- &
spawned_pids+=("$!")
leveectl monitor >"$work/monitor.txt" 9>&- &
spawned_pids+=("$!")
sleep 1

cat >"$work/forge.py" <<'END'
import ctypes, os, re, socket, subprocess, sys, time, json
from results import *

work = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
ROOT = b"/sys/fs/cgroup"
CGROUPS = [
    b"forge-plain",
    b'forge-"quote" rule="other" enforced=no',
    b"forge-\\x22\\n back\\slash",
    b"forge-\x1b[31mred\x1b]0;title\x07\x9b2J",
    b"forge-\xff\xfe\xc3( not UTF-8",
    b"forge- levee: audit seq=1 rule=",
    "forge-\u202eevil \u2028 \u0661".encode(),
    b"forge-\x01\x08\x0b\x0d\x7f\t",
    b"forge-" + b"\x1b" * 240,
]
COMMS = [b"plain", b"\nlevee: audit s", b'" enforced=no \\', b"\x1b[2J\x1b]0;x\x07", b"\xff\xfe\xc3(\x80", b"\r\n\t\x7f\x9b", b"<3>[ 1.0] levee"]

def klog():
    """The kernel log as it is: reading /dev/kmsg would escape it."""
    size = libc.klogctl(10, None, 0)
    buffer = ctypes.create_string_buffer(size + 4096)
    got = libc.klogctl(3, buffer, size + 4096)
    return buffer.raw[:got]

# A newline the kernel refuses itself; should it not, it is one more to escape.
try:
    os.mkdir(ROOT + b"/forge-a\nlevee: audit seq=1 rule=\"x\"")
    CGROUPS.append(b"forge-a\nlevee: audit seq=1 rule=\"x\"")
except OSError as e:
    same("a newline in a cgroup's name is EINVAL", e.errno, 22)
acts = []
MARK = b"levee-test: forged names begin"
with open("/dev/kmsg", "wb") as kmsg:
    kmsg.write(MARK)
for n, name in enumerate(CGROUPS):
    path = ROOT + b"/" + name
    os.mkdir(path)
    for m, comm in enumerate(COMMS if n < 2 else COMMS[n % len(COMMS):][:1]):
        acts.append((b"/" + name, comm, f"192.0.2.{len(acts) + 1}"))
        pid = os.fork()
        if not pid:
            open(path + b"/cgroup.procs", "w").write(str(os.getpid()))
            libc.prctl(15, comm, 0, 0, 0)
            try:
                socket.socket().connect((acts[-1][2], 9))
            except PermissionError:
                os._exit(0)
            os._exit(1)
        status = os.waitpid(pid, 0)[1]
        if status:
            say(False, f"act in {name!r}", status)
same("acts", len(acts), 2 * len(COMMS) + len(CGROUPS) - 2)
time.sleep(2)

# The kernel log. One line an act, each of one reading, and that is the act.
TEXT = rb'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\x[0-9a-f]{2})*)"'
LINE = re.compile(rb"<4>\[ *\d+\.\d+\] levee: audit seq=(\d+) rule=" + TEXT + rb" workload=" + TEXT +
                  rb" feature=outbound effect=prevent enforced=yes reason=denied entry=" + TEXT +
                  rb" proto=tcp addr=([0-9.]+) port=9 pid=(\d+) comm=" + TEXT + rb" uid=0\Z")
def raw(escaped):
    return re.sub(rb"\\x(..)", lambda m: bytes([int(m.group(1), 16)]), escaped)
# In this log the lines begin with <LEVEL>; what does not, a name has broken off.
lines = klog().split(MARK)[-1].split(b"\n")[1:]
ours = [line for line in lines if b"levee" in line or b"audit" in line or b"forge" in line]
same("lines of the kernel log", len(ours), len(acts))
same("broken lines", [line for line in lines if line and not re.match(rb"<\d+>\[ *\d+\.\d+\] ", line)], [])
say(all(LINE.match(line) for line in ours), "every line has the one form", next((line for line in ours if not LINE.match(line)), ""))
read = [m.groups() for m in map(LINE.match, ours) if m]
same("rule in the log", {raw(r[1]) for r in read}, {b"forged \" \\x41 'rule'"})
same("comm and address in the log", [(raw(r[6]), r[4].decode()) for r in read], [act[1:] for act in acts])
# A path for which a line has no room keeps its end.
def is_path(got, path):
    return got == path or got.startswith(b"...") and len(got) > 100 and path.endswith(got[3:])
pairs = [(raw(r[2]), act[0]) for r, act in zip(read, acts)]
say(all(is_path(*pair) for pair in pairs), "workload in the log", [pair for pair in pairs if not is_path(*pair)])

# The tool.
def output(*args):
    return subprocess.run(args, capture_output=True).stdout
PRINTABLE = re.compile(rb"[\x20-\x7e]*\Z")
audits = output("leveectl", "audits")
mine = [line for line in audits.split(b"\n") if b", in /forge-" in line]
same("audits: a line an act", len(mine), len(acts))
for name, text in (("audits", audits), ("monitor", open(work + "/monitor.txt", "rb").read()),
                   ("show workloads", output("leveectl", "show", "workloads")),
                   ("stats", output("leveectl", "stats")),
                   ("status", output("leveectl", "status"))):
    bad = [line for line in text.split(b"\n") if not PRINTABLE.match(line)]
    say(text and not bad, f"{name}: printable ASCII", bad[:1])
for n, name in enumerate(CGROUPS):
    text = output("leveectl", "explain", b"/" + name, "connect", "tcp", "192.0.2.1:9")
    say(b"denied" in text and all(map(PRINTABLE.match, text.split(b"\n"))), f"explain {n}: printable ASCII", text)
def check_json(name, events):
    events = [e for e in events if e["type"] == "audit" and "forged" in e["rule"]]
    same(f"{name}: acts", [e["address"] for e in events], [to for *_, to in acts])
    for key, index in (("workload", 0), ("comm", 1)):
        # What is no UTF-8 becomes U+FFFD, however many; the rest is exact.
        pairs = [(e[key], act[index].decode("utf-8", "replace")) for e, act in zip(events, acts)]
        say(all(re.sub("\ufffd+", "\ufffd", g) == re.sub("\ufffd+", "\ufffd", w) for g, w in pairs),
            f"{name}: {key}", [p for p in pairs if p[0] != p[1]])
def strict(text):
    return json.loads(text.decode("utf-8"), parse_constant=lambda c: 1 / 0)
check_json("audits --json", strict(output("leveectl", "audits", "--json"))["events"])
monitored = open(work + "/monitor.json", "rb").read()
check_json("monitor --json", [strict(line) for line in monitored.split(b"\n") if line])
for command in (("show", "workloads"), ("stats",), ("show", "rules"), ("show", "policy")):
    say(strict(output("leveectl", *command, "--json")), " ".join(command) + " --json")
# As a policy it can be applied again.
policy = output("leveectl", "show", "policy")
say(all(map(PRINTABLE.match, policy.split(b"\n"))), "show policy: printable ASCII", policy)
again = subprocess.run(("leveectl", "apply", "-"), input=policy, capture_output=True)
same("show policy is input of apply", again.returncode, 0)
for name in CGROUPS:
    os.rmdir(ROOT + b"/" + name)
END
relay python3 "$work/forge.py" "$work"
find "$cgroups" -maxdepth 1 -name 'forge-*' -exec rmdir {} +

# SPDX-License-Identifier: GPL-2.0
# timeout: 150
# Events: folded, held to a rate for each workload, numbered
# without gaps, kept in a ring, in the forms that are promised.

export PYTHONPATH=/root/data PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d)
for name in rep-fold rep-flood rep-quiet rep-forms/docker-0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123.scope; do
	cgroup "$name"
done
made_cgroups+=(rep-forms)

cat >"$work/reporting.py" <<'END'
import json, os, re, signal, socket, subprocess, sys, time
from results import *

work = sys.argv[1]
STATS = "/sys/kernel/levee/stats/"
DOCKER = "/rep-forms/docker-0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123.scope"
POLICY = """
rules:
  - name: fold
    scope: {cgroup: [/rep-fold, /rep-flood, /rep-quiet, "/rep-ring-*"]}
    outbound: {effect: prevent, deny: [127.1.0.0/16, 127.2.0.0/16]}
  - name: forms
    scope: {cgroup: ["/rep-forms/*"]}
    outbound: {effect: prevent, deny: [127.3.0.1/32:80/tcp, "::1"]}
    listen: {effect: alert, deny: [81/tcp]}
    raw-sockets: {effect: prevent}
"""

def apply(policy=POLICY):
    done = subprocess.run(["leveectl", "apply", "-"], input=policy, text=True, capture_output=True)
    if done.returncode:
        say(False, "apply", done.stderr)

def stat(name):
    return int(open(STATS + name).read())

def rule_stat(index, name):
    return int(open(f"/sys/kernel/levee/rules/{index}/{name}").read())

def in_cgroup(path, f, *args):
    """f() in a process of its own in there; its socket is made there, too."""
    pid = os.fork()
    if not pid:
        enter(path)
        f(*args)
        os._exit(0)
    return pid

def wait(pid):
    status = os.waitpid(pid, 0)[1]
    if status:
        say(False, "a helper", status)

def send(targets, pause=0):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for to in targets:
        try:
            s.sendto(b"x", to)
            os._exit(9)
        except PermissionError:
            pass
        if pause:
            time.sleep(pause)

monitor = subprocess.Popen(["leveectl", "monitor", "--json"], stdout=open(work + "/monitor", "wb"), stderr=subprocess.PIPE)
time.sleep(1)
def seen(want=lambda e: True):
    lines = open(work + "/monitor", "rb").read().split(b"\n")
    events = [json.loads(line) for line in lines[:-1]]
    return [e for e in events if want(e)]
def of(workload):
    return lambda e: e.get("workload") == workload

# Folding takes its ten seconds; nothing else happens meanwhile that folds.
apply()
folding = in_cgroup("/rep-fold", send, [("127.1.0.1", 9)] * 26, 0.5)

# Forms. Each act once, by a process whose numbers are known.
def forms():
    for kind, to in ((socket.SOCK_STREAM, ("127.3.0.1", 80)),):
        try:
            socket.socket(socket.AF_INET, kind).connect(to)
        except PermissionError:
            pass
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", ("::1", 7))
    except PermissionError:
        pass
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", 81))
    s.listen()
    for args in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_PACKET, socket.SOCK_DGRAM, 0)):
        try:
            socket.socket(*args)
        except PermissionError:
            pass
    # So that the monitor can look the program up.
    time.sleep(1)
before_forms = time.time()
actor = in_cgroup(DOCKER, forms)
wait(actor)
events = seen(of(DOCKER))
KEYS = ["type", "seq", "time", "generation", "workload", "container", "image", "rule", "feature", "effect", "enforced",
        "reason", "entry", "pid", "comm", "exe", "uid", "protocol", "address", "port", "domain", "qtype", "count",
        "kind", "evidence"]
ALWAYS = {"type", "seq", "time", "generation", "workload", "container", "rule", "feature", "effect", "enforced", "reason",
          "pid", "comm", "exe", "uid", "protocol", "count"}
same("forms: acts", len(events), 5)
common = {"type": "audit", "workload": DOCKER, "container": "0123456789ab" * 5 + "0123", "rule": "forms", "pid": actor,
          "comm": "python3", "exe": os.readlink("/proc/self/exe"), "uid": 0, "count": 1}
for event, more in zip(events, (
    {"feature": "outbound", "effect": "prevent", "enforced": True, "reason": "denied", "entry": "127.3.0.1:80/tcp",
     "protocol": "tcp", "address": "127.3.0.1", "port": 80},
    {"feature": "outbound", "effect": "prevent", "enforced": True, "reason": "denied", "entry": "::1",
     "protocol": "udp", "address": "::1", "port": 7},
    {"feature": "listen", "effect": "alert", "enforced": True, "reason": "denied", "entry": "81/tcp", "protocol": "tcp", "port": 81},
    {"feature": "raw-sockets", "effect": "prevent", "enforced": True, "reason": "not-allowed", "protocol": "icmp"},
    {"feature": "raw-sockets", "effect": "prevent", "enforced": True, "reason": "not-allowed", "protocol": "packet"},
)):
    name = f"json: {more['feature']} {more['protocol']}"
    same(name, {k: v for k, v in event.items() if k not in ("seq", "time", "generation", "image")}, common | more)
    say(ALWAYS <= set(event) <= set(KEYS), name + ": keys", list(event))
    say(list(event) == [k for k in KEYS if k in event], name + ": their order", list(event))
    say(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", event["time"]), name + ": time", event["time"])
since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before_forms))
held = json.loads(subprocess.run(["leveectl", "audits", "--json", "--since", since], capture_output=True).stdout)
same("json: one object", list(held), ["events"])
# exe is found out by who watches; the ring does not know.
same("audits hold what the monitor had", [e for e in held["events"] if e["workload"] == DOCKER],
     [{k: v for k, v in e.items() if k != "exe"} for e in events])

# The kernel log's forms, by the letter.
log = subprocess.run(["dmesg"], capture_output=True, text=True).stdout.split("\n")
lines = [line.split("] ", 1)[1] for line in log if "rule=\"forms\"" in line]
head = f'rule="forms" workload="{DOCKER}"'
tail = f'pid={actor} comm="python3" uid=0'
want = [f"levee: audit seq={e['seq']} {head} {body} {tail}" for e, body in zip(events, (
    'feature=outbound effect=prevent enforced=yes reason=denied entry="127.3.0.1:80/tcp" proto=tcp addr=127.3.0.1 port=80',
    'feature=outbound effect=prevent enforced=yes reason=denied entry="::1" proto=udp addr=::1 port=7',
    'feature=listen effect=alert enforced=yes reason=denied entry="81/tcp" proto=tcp port=81',
    'feature=raw-sockets effect=prevent enforced=yes reason=not-allowed proto=icmp',
    'feature=raw-sockets effect=prevent enforced=yes reason=not-allowed proto=packet',
))]
same("kernel log: form", lines, want)

# Duplicates: the first at once, the others after ten seconds.
wait(folding)
fold = seen(of("/rep-fold"))
say(len(fold) == 2 and fold[0]["count"] == 1 and 15 <= fold[1]["count"] <= 25, "duplicates: one event, and one after 10 s with their count",
    [(e["count"], e["time"]) for e in fold])
if len(fold) == 2:
    def seconds(e):
        return time.mktime(time.strptime(e["time"][:19], "%Y-%m-%dT%H:%M:%S")) + float(e["time"][19:-1])
    apart = seconds(fold[1]) - seconds(fold[0])
    say(9.5 <= apart <= 12.5, "which is after 10 s", apart)
# A commit ends all folds: what they owe is reported under the generation that it was done.
generation = fold[0]["generation"]
apply()
time.sleep(1.5)
fold = seen(of("/rep-fold"))
same("a commit ends the folds", (sum(e["count"] for e in fold), {e["generation"] for e in fold}), (26, {generation}))

# Notices: who changed the policy.
def notice(name, command, stdin, words, uid=0):
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    child.communicate(stdin)
    end = time.time() + 3
    while time.time() < end:
        # setpriv becomes leveectl by exec, and keeps its number.
        found = seen(lambda e: e["type"] == "notice" and e.get("pid") == child.pid)
        if found:
            break
        time.sleep(0.1)
    say(found and words in found[0]["text"] and found[0]["comm"] == "leveectl" and found[0]["uid"] == uid,
        f"notice of {name}", found)
    in_log = [line for line in subprocess.run(["dmesg"], capture_output=True, text=True).stdout.split("\n")
              if f' pid={child.pid} comm="leveectl" uid={uid}' in line and "levee: notice seq=" in line]
    same(f"notice of {name} in the kernel log", len(in_log), 1)
notice("a commit", ["leveectl", "apply", "-"], POLICY, "committed")
notice("a commit by another user", ["setpriv", "--reuid", "1000", "--clear-groups", "--inh-caps", "+net_admin",
                                    "--ambient-caps", "+net_admin", "leveectl", "apply", "-"], POLICY, "committed", 1000)
notice("flush", ["leveectl", "flush"], "", "flushed")
apply(POLICY.replace("effect: prevent, deny: [127.1", "effect: block, deny: [127.1"))
pid = in_cgroup("/rep-quiet", send, [("127.1.0.3", 9)] * 50, 0.1)
say(os.waitpid(pid, 0)[1] == signal.SIGKILL, "blocked")
end = time.time() + 5
while not seen(lambda e: e["type"] == "notice" and "/rep-quiet is stopped" in e["text"]) and time.time() < end:
    time.sleep(0.1)
say(seen(lambda e: e["type"] == "notice" and "/rep-quiet is stopped" in e["text"]), "notice of the stop")
notice("release", ["leveectl", "release", "/rep-quiet"], "", "/rep-quiet is released")

# A flood: 4,000 targets at once. It is counted whole, and reported at its rate.
apply()
counted = rule_stat(0, "audited")
began = time.time()
flooding = in_cgroup("/rep-flood", send, [(f"127.2.{n // 250}.{n % 250 + 1}", 1 + n % 60000) for n in range(4000)])
time.sleep(0.5)
# One act of another workload meanwhile is reported all the same.
quiet = time.time()
before = len(seen(of("/rep-quiet")))
wait(in_cgroup("/rep-quiet", send, [("127.1.0.2", 9)]))
while len(seen(of("/rep-quiet"))) == before and time.time() < quiet + 5:
    time.sleep(0.1)
say(len(seen(of("/rep-quiet"))) > before and time.time() - quiet < 2.5, "a flood elsewhere does not hold back a workload",
    f"{time.time() - quiet:.1f} s")
wait(flooding)
took = time.time() - began
flood = seen(of("/rep-flood"))
say(40 <= len(flood) <= 55 + 10 * took, "a burst of 50, then 10 a second", f"{len(flood)} in {took:.1f} s")
same("every act is counted", rule_stat(0, "audited") - counted, 4001)
# What was held back comes later, and not faster.
time.sleep(max(0, began + 13 - time.time()))
took = time.time() - began
flood = seen(of("/rep-flood"))
say(len(flood) <= 55 + 10 * took, "10 a second in the long run", f"{len(flood)} in {took:.1f} s")
say(stat("held") > 0, "held back ones are counted", stat("held"))

# The ring holds 8,192 audits. 200 workloads have bursts of 50.
apply()
before = stat("events")
def burst():
    for n in range(200):
        os.mkdir(f"/sys/fs/cgroup/rep-ring-{n}")
        enter(f"/rep-ring-{n}")
        send([("127.1.1.1", 1 + port) for port in range(50)])
        enter("/rep-fold")
        os.rmdir(f"/sys/fs/cgroup/rep-ring-{n}")
wait(in_cgroup("/rep-fold", burst))
time.sleep(2)
# The kernel log over all that: 10 lines a second, 50 at once, from one window of the
# limit to the next. Over the whole time: an emulated clock is not even in the small.
# Since this case began: a module that another case loaded anew has a limit of its own.
log = subprocess.run(["dmesg"], capture_output=True, text=True).stdout.split("levee-test: case ")[-1]
stamps = [float(line[1:].split("]")[0]) for line in log.split("\n") if "] levee: audit " in line]
span = max(stamps) - min(stamps)
say(40 <= len(stamps) <= 100 + 10 * span, "kernel log: 10 lines a second", f"{len(stamps)} in {span:.1f} s")
say(stat("unlogged") > 9000, "kernel log: what is left out is counted", stat("unlogged"))
sent = stat("events") - before
say(9900 <= sent <= 10100, "10,000 audits were sent", sent)
held = json.loads(subprocess.run(["leveectl", "audits", "--json"], capture_output=True).stdout)["events"]
numbers = [e["seq"] for e in held]
say(len(numbers) == 8192, "the ring holds 8,192", len(numbers))
say(all(a < b for a, b in zip(numbers, numbers[1:])), "oldest first")
same("the newest is there", held[-1]["workload"], "/rep-ring-199")
same("the oldest are overwritten", numbers[-1] - numbers[0] >= 8191 and held[0]["workload"].startswith("/rep-ring-"), True)

# Seq: every number from the first that the monitor saw to the last. What it
# missed, it says; what the kernel lost, it counts.
monitor.terminate()
monitor.wait()
lost = stat("lost")
numbers = [e["seq"] for e in seen() if "seq" in e]
missing = numbers[-1] - numbers[0] + 1 - len(numbers)
own = seen(lambda e: "seq" not in e)
say(numbers == sorted(set(numbers)), "seq: strictly ascending")
say(missing == lost or own, "seq: no gaps but what is told", f"{missing} missing, {lost} lost, {own}")
say(len(numbers) > 9900 or own, "the monitor kept up, or says so", len(numbers))
print(f"{len(numbers)} events seen, {missing} missing, {lost} lost")
status = json.loads(subprocess.run(["leveectl", "status", "--json"], capture_output=True).stdout)
same("status: lost", status["lost"], lost)

# sysfs: one value a file, the same as the tool's.
for folder, _, files in os.walk("/sys/kernel/levee"):
    for file in files:
        path = os.path.join(folder, file)
        value = open(path).read()
        kind = "name" if file == "name" else "hook" if "/hooks" in folder else "number"
        form = {"name": r"[^\n]+\n", "hook": r"(idle|armed|failed)\n", "number": r"\d+\n"}[kind]
        if not re.fullmatch(form, value):
            say(False, f"sysfs: {path}", value)
same("sysfs: generation", int(open("/sys/kernel/levee/generation").read()), status["generation"])
same("sysfs: sealed", open("/sys/kernel/levee/sealed").read(), "0\n")
same("sysfs: hooks", {h: open(f"/sys/kernel/levee/hooks/{h}").read().strip() for h in os.listdir("/sys/kernel/levee/hooks")}, status["hooks"])
stats = json.loads(subprocess.run(["leveectl", "stats", "--json"], capture_output=True).stdout)
same("sysfs: rules", sorted(os.listdir("/sys/kernel/levee/rules")), ["0", "1"])
for n, rule in enumerate(stats["rules"]):
    for name in ("allowed", "audited", "prevented", "blocked", "unenforced"):
        same(f"sysfs: rule {n}, {name}", rule_stat(n, name), sum(f.get(name, 0) for f in rule["features"].values()))
    same(f"sysfs: rule {n}, name", open(f"/sys/kernel/levee/rules/{n}/name").read(), rule["name"] + "\n")
same("sysfs: counters", {c: int(stat(c)) for c in os.listdir(STATS)}, stats["counters"])
END
relay python3 "$work/reporting.py" "$work"
leveectl flush
check_eq "no rules in sysfs after flush" "$(ls /sys/kernel/levee/rules)" ""
find "$cgroups" -maxdepth 1 -name 'rep-ring-*' -exec rmdir {} +

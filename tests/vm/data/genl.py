# SPDX-License-Identifier: GPL-2.0
"""Raw generic netlink for the cases: whole messages, right or wrong ones.

Names and numbers come from the installed uapi header, so that there is no
second copy of them: X = constants() has X.CMD_STATUS_GET, X.A_POLICY_STAGE ...
"""
import errno
import glob
import os
import re
import select
import socket
import struct
import time
import types

NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_DUMP = 1, 2, 4, 0x10, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED = 0x8000
SOL_NETLINK, ADD_MEMBERSHIP, CAP_ACK, EXT_ACK, GET_STRICT_CHK = 270, 1, 10, 11, 12
CTRL, CTRL_GETFAMILY = 0x10, 3


def constants():
    """The enums and strings of linux/levee.h, less the prefix LEVEE_."""
    path = glob.glob("/usr/src/levee-*/uapi/linux/levee.h")[0]
    text = re.sub(r"/\*.*?\*/", "", open(path).read(), flags=re.S)
    found = types.SimpleNamespace()
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", text, flags=re.S):
        value = -1
        for item in filter(None, (item.strip() for item in body.split(","))):
            name, _, given = (part.strip() for part in item.partition("="))
            if name.startswith("__") or given.startswith("("):
                continue
            value = int(given, 0) if given else value + 1
            setattr(found, name.removeprefix("LEVEE_"), value)
    for name, given in re.findall(r"#define\s+LEVEE_(\w+)\s+(\d+)\b", text):
        setattr(found, name, int(given))
    return found


X = constants()


class Error(OSError):
    """What the kernel answered: errno, its text, the offset of the attribute that it means."""

    def __init__(self, code, text, offset):
        super().__init__(code, text or os.strerror(code))
        self.text, self.offset = text, offset

    def __str__(self):
        return f"{errno.errorcode.get(self.errno, self.errno)}: {self.text or '-'}"


def attr(kind, payload=b""):
    return struct.pack("<HH", len(payload) + 4, kind) + payload + bytes(-len(payload) % 4)


def u16(kind, value):
    return attr(kind, struct.pack("<H", value))


def u32(kind, value):
    return attr(kind, struct.pack("<I", value))


def u64(kind, value):
    return attr(kind, struct.pack("<Q", value))


def text(kind, value):
    return attr(kind, (value.encode() if isinstance(value, str) else value) + b"\0")


def nest(kind, *parts):
    return attr(kind | NLA_F_NESTED, b"".join(parts))


def parse(data):
    """[(type, payload)] of a run of attributes."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from("<HH", data)
        if length < 4:
            break
        found.append((kind & 0x3fff, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


def first(attrs, kind):
    return next((payload for got, payload in attrs if got == kind), None)


def number(attrs, kind):
    payload = first(attrs, kind)
    return None if payload is None else int.from_bytes(payload, "little")


class Socket:
    """One netlink socket. Each answer is the list of its messages' attributes.

    The kernel fills a dump's packets up to the largest size that was ever asked
    for: @chunk."""

    def __init__(self, receive_buffer=None, family="levee", chunk=1 << 18):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        for option in (CAP_ACK, EXT_ACK, GET_STRICT_CHK):
            self.sock.setsockopt(SOL_NETLINK, option, 1)
        self.sock.settimeout(60)
        self.seq = int(time.time()) & 0xffffff
        self.chunk = chunk
        self.changed = False
        self.groups = {}
        self.family = CTRL
        found = self.do(CTRL_GETFAMILY, text(2, family), version=2)[0]
        self.family = number(found, 1)
        for _, group in parse(first(found, 7) or b""):
            group = parse(group)
            self.groups[first(group, 1).rstrip(b"\0").decode()] = number(group, 2)
        # What the family's answer takes is not what a dump's may.
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)

    def close(self):
        self.sock.close()

    def message(self, cmd, attrs=b"", flags=NLM_F_ACK, version=None):
        self.seq += 1
        body = struct.pack("<BBH", cmd, X.FAMILY_VERSION if version is None else version, 0) + attrs
        return struct.pack("<IHHII", len(body) + 16, self.family, NLM_F_REQUEST | flags, self.seq, 0) + body

    def answers(self):
        """Reads to the end of one answer; raises Error where it is one."""
        self.changed = False
        found = []
        while True:
            data, _, truncated, _ = self.sock.recvmsg(self.chunk)
            if truncated & socket.MSG_TRUNC:
                raise Error(errno.EMSGSIZE, "the receiver's buffer is too small", None)
            while len(data) >= 16:
                length, kind, flags, seq, _ = struct.unpack_from("<IHHII", data)
                body, data = data[16:length], data[(length + 3) & ~3:]
                if seq != self.seq:
                    continue
                self.changed |= bool(flags & NLM_F_DUMP_INTR)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    code = -struct.unpack_from("<i", body)[0] if len(body) >= 4 else 0
                    if not code:
                        return found
                    extra = parse(body[20:] if kind == NLMSG_ERROR else body[4:]) if flags & NLM_F_ACK_TLVS else []
                    said = first(extra, 1)
                    raise Error(code, said and said.rstrip(b"\0").decode(), number(extra, 2))
                found.append(parse(body[4:]))

    def do(self, cmd, attrs=b"", flags=NLM_F_ACK, version=None):
        self.sock.send(self.message(cmd, attrs, flags, version))
        return self.answers()

    def dump(self, cmd, attrs=b""):
        return self.do(cmd, attrs, NLM_F_DUMP)

    def join(self, group):
        self.sock.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, self.groups[group])

    # What most cases need of a policy.

    def begin(self, attrs=b""):
        return number(self.do(X.CMD_POLICY_BEGIN, attrs)[0], X.A_POLICY_STAGE)

    def add_rule(self, stage, index, name, patterns, sections=b"", more=b""):
        self.do(X.CMD_RULE_ADD, rule(stage, index, name, patterns, sections, more))

    def add_entries(self, stage, index, feature, action, entries):
        self.do(X.CMD_ENTRIES_ADD, u64(X.A_POLICY_STAGE, stage) + u32(X.A_POLICY_RULE, index) +
                u32(X.A_POLICY_FEATURE, feature) + u32(X.A_POLICY_ACTION, action) + b"".join(entries))

    def commit(self, stage, more=b""):
        return number(self.do(X.CMD_POLICY_COMMIT, u64(X.A_POLICY_STAGE, stage) + more)[0],
                      X.A_POLICY_GENERATION)

    def status(self):
        """{name: number} of generation, lost, limit.*, counter.*."""
        attrs = self.do(X.CMD_STATUS_GET)[0]
        found = {"generation": number(attrs, X.A_STATUS_GENERATION), "lost": number(attrs, X.A_STATUS_LOST)}
        for kind, payload in attrs:
            inner = parse(payload)
            if kind == X.A_STATUS_LIMIT:
                found["limit." + first(inner, 1).rstrip(b"\0").decode()] = number(inner, X.A_LIMIT_USED)
            if kind == X.A_STATUS_COUNTER:
                found["counter." + first(inner, 1).rstrip(b"\0").decode()] = number(inner, X.A_COUNTER_VALUE)
        return found

    def policy(self):
        """The live policy, less its counters: compares equal when nothing changed."""
        while True:
            rules = [[a for a in attrs if a[0] != X.A_POLICY_STATS] for attrs in self.dump(X.CMD_RULE_GET)]
            changed = self.changed
            entries = []
            for attrs in self.dump(X.CMD_ENTRY_GET):
                where = [number(attrs, k) for k in (X.A_POLICY_RULE, X.A_POLICY_FEATURE, X.A_POLICY_ACTION)]
                entries += [(*where, payload) for kind, payload in attrs if kind == X.A_POLICY_ENTRY]
            if not changed and not self.changed:
                return rules, entries


def pattern(value, field=None, negated=False):
    return nest(X.A_POLICY_PATTERN, u32(X.A_PATTERN_FIELD, field or X.SCOPE_FIELD_CGROUP),
                attr(X.A_PATTERN_NEGATED) if negated else b"", text(X.A_PATTERN_TEXT, value))


def section(feature, effect, default=None):
    return nest(X.A_POLICY_SECTION, u32(X.A_SECTION_FEATURE, feature), u32(X.A_SECTION_EFFECT, effect),
                u32(X.A_SECTION_DEFAULT, default) if default else b"")


def rule(stage, index, name, patterns, sections=b"", more=b""):
    return (u64(X.A_POLICY_STAGE, stage) + u32(X.A_POLICY_RULE, index) + text(X.A_POLICY_NAME, name) +
            b"".join(p if isinstance(p, bytes) else pattern(p) for p in patterns) + sections + more)


def entry(target, address=None, length=None, proto=None, ports=None):
    parts = [u32(X.A_ENTRY_TARGET, target)]
    if address is not None:
        parts.append(attr(X.A_ENTRY_ADDRESS, address))
    if length is not None:
        parts.append(u32(X.A_ENTRY_PREFIX_LEN, length))
    if proto is not None:
        parts.append(u32(X.A_ENTRY_PROTO, proto))
    if ports is not None:
        parts += [u32(X.A_ENTRY_PORT_FIRST, ports[0]), u32(X.A_ENTRY_PORT_LAST, ports[1])]
    return nest(X.A_POLICY_ENTRY, *parts)


def prefix(address, length=None, proto=None, ports=None):
    packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
    return entry(X.TARGET_PREFIX, packed, len(packed) * 8 if length is None else length, proto, ports)


def wait_readable(sock, seconds):
    return bool(select.select([sock], [], [], seconds)[0])

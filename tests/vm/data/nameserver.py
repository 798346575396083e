#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A name server that writes down what reaches it, and answers what its names ask for.

  nameserver.py RECORD PORT ADDRESS...

Each message is a line of RECORD: `udp ADDRESS NAME TYPE` or `udp ADDRESS raw HEX`.
A fence, the name fence-N.test, shows that all before it was recorded.

The labels of a name under test. say what the answer is, in any order:

  a-192-0-2-7      an A record; several are several records
  q-20010db8...    an AAAA record, 32 hex digits
  t-1              TTL 1, else 300
  c-TARGET         a CNAME to TARGET.test, which has the addresses
  x                NXDOMAIN
  tc               truncated over UDP, whole over TCP
  badid badport badname   an answer with something wrong, and no other
  silent           no answer
  large            padded beyond 1232 bytes by TXT records
Without an address the answer is empty.
"""
import socket
import struct
import sys
import threading

record = open(sys.argv[1], "a", buffering=1)
port = int(sys.argv[2])
lock = threading.Lock()


def log(line):
    with lock:
        record.write(line + "\n")


def read_name(data, at):
    labels = []
    while True:
        length = data[at]
        at += 1
        if not length:
            return labels, at
        if length > 63 or at + length > len(data):
            raise ValueError("label")
        labels.append(data[at:at + length])
        at += length


def text(labels):
    out = []
    for label in labels:
        out.append("".join(chr(c) if 33 <= c < 127 and c not in (46, 92) else "\\%03d" % c for c in label))
    return ".".join(out) or "."


def wire(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def question(data):
    """Labels, type and the end of the question; ValueError or IndexError for what is none."""
    if len(data) < 12 or data[2] & 0x80 or struct.unpack_from("!H", data, 4)[0] != 1:
        raise ValueError("header")
    labels, at = read_name(data, 12)
    kind, _ = struct.unpack_from("!HH", data, at)
    return labels, kind, at + 4


def answer(data, labels, kind, end, tcp):
    words = [label.decode("ascii", "replace").lower() for label in labels]
    if "silent" in words:
        return None
    ttl, addresses, owner, records, rcode = 300, [], labels, [], 0
    for word in words:
        key, _, value = word.partition("-")
        if key == "t":
            ttl = int(value)
        elif key == "a":
            addresses.append((1, socket.inet_aton(value.replace("-", "."))))
        elif key == "q":
            addresses.append((28, bytes.fromhex(value)))
        elif key == "c":
            owner = [value.encode(), b"test"]
            records.append((labels, 5, wire(owner)))
        elif key == "x":
            rcode = 3
    truncated = "tc" in words and not tcp
    if not truncated:
        records += [(owner, t, a) for t, a in addresses if t == kind]
        if "large" in words:
            records += [(labels, 16, b"\xc8" + b"x" * 200)] * 10
    ident, = struct.unpack_from("!H", data)
    if "badid" in words:
        ident ^= 1
    name = data[12:end - 4]
    if "badname" in words:
        name = wire([b"other"] + labels[1:])
    flags = 0x8400 | (data[2] & 1) << 8 | 0x80 | rcode | (0x200 if truncated else 0)
    out = struct.pack("!HHHHHH", ident, flags, 1, len(records), 0, 0) + name + data[end - 4:end]
    for where, t, content in records:
        out += wire(where) + struct.pack("!HHIH", t, 1, ttl, len(content)) + content
    return out


def handle(proto, address, data):
    try:
        labels, kind, end = question(data)
    except (ValueError, IndexError, struct.error):
        log(f"{proto} {address} raw {data.hex()}")
        return None, []
    log(f"{proto} {address} {text(labels)} {kind}")
    return answer(data, labels, kind, end, proto == "tcp"), labels


def serve_udp(address, family):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((address, port))
    other = socket.socket(family, socket.SOCK_DGRAM)
    other.bind((address, 0))
    while True:
        data, sender = sock.recvfrom(65536)
        reply, labels = handle("udp", address, data)
        if reply:
            (other if b"badport" in labels else sock).sendto(reply, sender)


def serve_stream(conn, address):
    with conn:
        data = b""
        while True:
            try:
                piece = conn.recv(65536)
            except ConnectionError:
                piece = b""
            if not piece:
                if data:
                    log(f"tcp {address} rest {data.hex()}")
                return
            data += piece
            while len(data) >= 2 and len(data) >= 2 + (data[0] << 8 | data[1]):
                length = data[0] << 8 | data[1]
                reply, _ = handle("tcp", address, data[2:2 + length])
                data = data[2 + length:]
                if reply:
                    conn.sendall(struct.pack("!H", len(reply)) + reply)


def serve_tcp(address, family):
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    sock.listen(64)
    while True:
        conn, _ = sock.accept()
        threading.Thread(target=serve_stream, args=(conn, address), daemon=True).start()


for where in sys.argv[3:]:
    fam = socket.AF_INET6 if ":" in where else socket.AF_INET
    threading.Thread(target=serve_udp, args=(where, fam), daemon=True).start()
    threading.Thread(target=serve_tcp, args=(where, fam), daemon=True).start()
print("ready", flush=True)
threading.Event().wait()

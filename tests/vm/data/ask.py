#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Send DNS messages in every way that a client could think of, and say what came of it.

  ask.py WAY SERVER[:PORT] MESSAGE...

WAY:      udp connected more iov sendmmsg train raw zerocopy frag
          tcp tcp:N (pieces of N bytes) tcp:fastopen tcp:one (all messages in one send)
          tcp:oob tcp:iov
MESSAGE:  NAME[/TYPE] or hex:BYTES, or one of the hand-made ones of made() as made:WORD

Prints `EPERM`, `sent`, `answer ADDRESS...`, `reset`, `refused`, one a message; a
message that gets no answer within a second was `sent`.
"""
import errno
import os
import socket
import struct
import sys
import time

WAIT = float(os.environ.get("ASK_WAIT", "1"))
NR_UDP_SEGMENT = 103


def wire(name):
    return b"".join(bytes([len(x)]) + x for x in name.encode().split(b".") if x) + b"\0"


def query(name, kind=1, ident=0x1234, flags=0x0100, extra=b"", counts=(1, 0, 0, 0), body=None):
    if body is None:
        body = wire(name) + struct.pack("!HH", kind, 1)
    return struct.pack("!HHHHHH", ident, flags, *counts) + body + extra


def opt(options=b"", size=1232):
    return b"\0" + struct.pack("!HHIH", 41, size, 0, len(options)) + options


def made(word):
    name = os.environ.get("ASK_NAME", "bad.denied.test")
    bad = wire(name) + struct.pack("!HH", 1, 1)
    good = wire("good.test") + struct.pack("!HH", 1, 1)
    long_name = ".".join(["a" * 63] * 3 + ["b" * 49, "denied", "test"])[:253]
    return {
        "two": query("", body=good + bad, counts=(2, 0, 0, 0)),
        "none": query("", body=b"", counts=(0, 0, 0, 0)),
        "none-edns": query("", body=b"", counts=(0, 0, 0, 1), extra=opt(b"\0\x0a\0\x08" + b"c" * 8)),
        "none-hidden": query("", body=bad, counts=(0, 0, 0, 0)),
        "pointer": query("", body=b"\x03bad\xc0\x16\0\1\0\1" + b"\x06denied\x04test\0"),
        "pointer-self": query("", body=b"\xc0\x0c\0\1\0\1"),
        "pointer-header": query("", body=b"\xc0\x00\0\1\0\1"),
        "reserved40": query("", body=b"\x41" + b"a" * 65 + b"\0\0\1\0\1"),
        "reserved80": query("", body=b"\x81" + b"a" * 65 + b"\0\0\1\0\1"),
        "header-cut": query("good.test")[:11],
        "question-cut": query(name)[:-3],
        "empty": b"",
        "byte": b"\0",
        "name-255": query("", body=b"".join([b"\x3f" + b"a" * 63] * 3 + [b"\x31" + b"b" * 49, b"\x06denied\x04test\0"]) + b"\0\1\0\1"),
        "name-256": query("", body=b"".join([b"\x3f" + b"a" * 63] * 3 + [b"\x32" + b"b" * 50, b"\x06denied\x04test\0"]) + b"\0\1\0\1"),
        "nul": query("", body=b"\x06a\0evil\x06denied\x04test\0\0\1\0\1"),
        "dots": query("", body=b"\x08x.y.evil\x06denied\x04test\0\0\1\0\1"),
        "dot-as-name": query("", body=b"\x0fbad.denied.test\0\0\1\0\1"),
        "case": query(name.swapcase()),
        "edns-60k": query(name, counts=(1, 0, 0, 1), extra=opt(struct.pack("!HH", 12, 60000) + b"\0" * 60000)),
        "edns-60k-good": query("good.test", counts=(1, 0, 0, 1), extra=opt(struct.pack("!HH", 12, 60000) + b"\0" * 60000)),
        "axfr": query(name, 252),
        "update": query(name, 6, flags=0x2800),
        "notify": query(name, 6, flags=0x2400),
        "iquery": query(name, flags=0x0900),
        "opcode15": query(name, flags=0x7900),
        "class-any": query("", body=wire(name) + struct.pack("!HH", 1, 255)),
        "type-null": query(name, 10),
        "response": query(name, flags=0x8180),
        "records": query("good.test", counts=(1, 9, 9, 9)),
        "trailing": query("good.test", extra=b"trailing bytes"),
        "long": query(long_name),
        "txt": b"GET / HTTP/1.0\r\n\r\n",
    }[word]


def message(text):
    if text.startswith("hex:"):
        return bytes.fromhex(text[4:])
    if text.startswith("made:"):
        return made(text[5:])
    name, _, kind = text.partition("/")
    return query(name, int(kind or 1), ident=int.from_bytes(os.urandom(2), "big"))


def addresses(data):
    """All A and AAAA records of an answer, wherever they are."""
    counts = struct.unpack_from("!HHHHHH", data)
    at = 12

    def skip(at):
        while data[at]:
            if data[at] >= 0xC0:
                return at + 2
            at += 1 + data[at]
        return at + 1
    for _ in range(counts[2]):
        at = skip(at) + 4
    found = []
    for _ in range(counts[3]):
        at = skip(at)
        kind, _, _, length = struct.unpack_from("!HHIH", data, at)
        at += 10
        if kind == 1:
            found.append(socket.inet_ntoa(data[at:at + 4]))
        elif kind == 28:
            found.append(socket.inet_ntop(socket.AF_INET6, data[at:at + 16]))
        at += length
    return " ".join(["answer"] + found)


def named(err):
    return {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset", errno.ECONNABORTED: "reset",
            errno.EPIPE: "reset"}.get(err.errno, errno.errorcode.get(err.errno, str(err)))


def receive(sock):
    try:
        data = sock.recv(65536)
        return addresses(data) if data else "closed"
    except socket.timeout:
        return "sent"
    except OSError as err:
        return named(err)


def udp(way, where, messages):
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(WAIT)
    if way == "connected":
        sock.connect(where)
    if way == "train":
        size = len(messages[0])
        assert all(len(m) == size for m in messages[:-1]) and len(messages[-1]) <= size
        try:
            sock.sendmsg([b"".join(messages)], [(socket.IPPROTO_UDP, NR_UDP_SEGMENT, struct.pack("H", size))], 0, where)
        except OSError as err:
            print(named(err))
            return
        for _ in messages:
            print(receive(sock))
        return
    for data in messages:
        try:
            if way == "connected":
                sock.send(data)
            elif way == "more":
                for byte in (data[:5], data[5:20]):
                    sock.sendto(byte, socket.MSG_MORE, where)
                sock.sendto(data[20:], where)
            elif way == "iov":
                sock.sendmsg([data[i:i + 1] for i in range(min(len(data), 900))] + [data[900:]], [], 0, where)
            elif way == "zerocopy":
                sock.setsockopt(socket.SOL_SOCKET, 60, 1)
                sock.sendto(data, 0x4000000, where)
            elif way == "frag":
                sock.sendto(data, where)
            else:
                sock.sendto(data, where)
        except OSError as err:
            print(named(err))
            continue
        print(receive(sock))


def raw(where, messages):
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    source = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    source.connect(where)
    mine = source.getsockname()[0]
    for data in messages:
        udp_header = struct.pack("!HHHH", 4242, where[1], 8 + len(data), 0)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 1, 0, 64, 17, 0, socket.inet_aton(mine),
                         socket.inet_aton(where[0]))
        try:
            sock.sendto(ip + udp_header + data, (where[0], 0))
            print("sent")
        except OSError as err:
            print(named(err))


def stream(way, where, messages):
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    framed = [struct.pack("!H", len(m)) + m for m in messages]
    if way == "one":
        framed, expect = [b"".join(framed)], len(framed)
    else:
        expect = 1
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        if way == "fastopen":
            sock.setblocking(True)
            sock.sendto(framed.pop(0), socket.MSG_FASTOPEN, where)
            sock.settimeout(WAIT)
            print(receive_stream(sock))
        else:
            sock.connect(where)
        sock.settimeout(WAIT)
        for data in framed:
            if way.isdigit():
                for i in range(0, len(data), int(way)):
                    sock.sendall(data[i:i + int(way)])
                    if i < 600:
                        time.sleep(0.002)
            elif way == "oob":
                sock.sendall(data[:10])
                sock.send(b"x", socket.MSG_OOB)
                sock.sendall(data[10:])
            elif way == "iov":
                sock.sendmsg([data[i:i + 1] for i in range(min(len(data), 900))] + [data[900:]])
            else:
                sock.sendall(data)
            for _ in range(expect):
                print(receive_stream(sock))
    except OSError as err:
        print(named(err))


def receive_stream(sock):
    data = b""
    try:
        while len(data) < 2 or len(data) < 2 + (data[0] << 8 | data[1]):
            piece = sock.recv(2 - len(data) if len(data) < 2 else 2 + (data[0] << 8 | data[1]) - len(data))
            if not piece:
                return "closed"
            data += piece
        return addresses(data[2:])
    except socket.timeout:
        return "sent"


def main():
    way, server = sys.argv[1:3]
    messages = [message(m) for m in sys.argv[3:]]
    address, port = server, 53
    if server.startswith("["):
        address, _, rest = server[1:].partition("]")
        port = int(rest[1:] or 53)
    elif server.count(":") == 1:
        address, _, rest = server.partition(":")
        port = int(rest)
    where = (address, port)
    if way == "raw":
        raw(where, messages)
    elif way.startswith("tcp"):
        stream(way[4:], where, messages)
    else:
        udp(way, where, messages)


main()

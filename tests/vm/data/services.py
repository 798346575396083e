#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What an application has around it: a PostgreSQL server that knows one answer, and a
package mirror with one package. services.py ADDRESS: ports 5432 and 80."""
import gzip
import http.server
import socketserver
import struct
import sys
import threading


def message(kind, body):
    return kind + struct.pack("!I", len(body) + 4) + body


class Postgres(socketserver.StreamRequestHandler):
    """The start of the protocol, then `1` for every query."""

    def startup(self):
        size, code = struct.unpack("!II", self.rfile.read(8))
        self.rfile.read(size - 8)
        if code in (80877103, 80877104):  # TLS, GSSAPI: no
            self.wfile.write(b"N")
            return self.startup()
        self.wfile.write(message(b"R", struct.pack("!I", 0)))
        for name, value in ((b"server_version", b"15.0"), (b"client_encoding", b"UTF8")):
            self.wfile.write(message(b"S", name + b"\0" + value + b"\0"))
        self.wfile.write(message(b"Z", b"I"))

    def handle(self):
        self.startup()
        while True:
            head = self.rfile.read(5)
            if len(head) < 5 or head[:1] == b"X":
                return
            self.rfile.read(struct.unpack("!I", head[1:])[0] - 4)
            if head[:1] == b"Q":
                column = b"n\0" + struct.pack("!IhIhih", 0, 0, 23, 4, -1, 0)
                self.wfile.write(message(b"T", struct.pack("!h", 1) + column))
                self.wfile.write(message(b"D", struct.pack("!hI", 1, 1) + b"1"))
                self.wfile.write(message(b"C", b"SELECT 1\0") + message(b"Z", b"I"))


PACKAGES = b"Package: nothing\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nFilename: nothing.deb\nSize: 3\n"
FILES = {"/debian/dists/stable/main/binary-amd64/Packages.gz": gzip.compress(PACKAGES)}


class Mirror(http.server.BaseHTTPRequestHandler):
    """A flat mirror; what it has not it says that it has not."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = FILES.get(self.path.replace("/./", "/"), b"hello\n" if self.path == "/" else None)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def main():
    address = sys.argv[1]
    for port, handler in ((5432, Postgres), (80, Mirror)):
        server = Server((address, port), handler)
        threading.Thread(target=server.serve_forever).start()
    print("ready", flush=True)


main()

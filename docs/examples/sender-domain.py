#!/usr/bin/env python3
"""Refuses mail from the sender domains in a text file. Usage: sender-domain.py LIST [SOCKET]

Without SOCKET systemd hands the socket over. See README.md beside it, and docs/protocol.md.
"""
import re, socket, socketserver, sys, time

CHECK, LIST, LINE, MESSAGE = "sender-domain", sys.argv[1], 65_536, 1 << 20

def decode(raw):
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda escape: bytes([int(escape[1], 16)]), raw).decode("utf-8", "replace")

def encode(text):
    return re.sub("[%\x00-\x1f\x7f]", lambda byte: "%%%02X" % ord(byte[0]), text)

def listed():
    """Read for each request, so a change needs no restart. A missing file is an error, not an empty list."""
    with open(LIST, encoding="utf-8") as lines:
        return {line.split("#")[0].strip().lower() for line in lines} - {""}

def decide(message):
    if int(message.get("deadline", 1 << 62)) < time.monotonic() * 1000:
        raise TimeoutError("too late: nobody waits for this answer")
    if any(name.startswith("fact.local:") and value == "yes" for name, value in message.items()):
        return "none", "a domain of ours"
    labels = message.get("sender", "").rpartition("@")[2].lower().split(".")
    found = next(iter({".".join(labels[start:]) for start in range(len(labels))} & listed()), None)
    return (f"554 5.7.1 Mail from {found} is not accepted here", f"{found} is listed") if found else ("none", "")

def answer(message):
    if message.get("request") == "hello":
        yield from {"service": "sender-domain", "version": "1", "checks": CHECK, "wants": "local:sender"}.items()
    for check in message.get("checks", "").split() if message.get("request") == "check" else []:
        try:
            if check != CHECK:
                raise ValueError(f"unknown check {check}")
            verdict, reason = decide(message)
            yield from ((f"verdict.{check}", verdict), (f"reason.{check}", reason))
        except Exception as error:  # the frontend applies the check's failure rule and logs the text
            yield f"error.{check}", str(error)

class Connection(socketserver.StreamRequestHandler):
    def handle(self):
        message, size = {}, 0
        while (line := self.rfile.readline(LINE + 1)).endswith(b"\n") and (size := size + len(line)) <= MESSAGE:
            name, equals, value = line.rstrip(b"\r\n").partition(b"=")
            if equals:
                message[decode(name)] = decode(value)
            elif not name and message.get("protocol") == "1":
                lines = [("protocol", "1"), ("id", message.get("id", "")), *answer(message)]
                self.wfile.write("".join(f"{name}={encode(value)}\n" for name, value in lines).encode() + b"\n")
                message, size = {}, 0

class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads, request_queue_size = True, 4096

server = Server(sys.argv[2] if len(sys.argv) > 2 else "", Connection, bind_and_activate=len(sys.argv) > 2)
if len(sys.argv) == 2:
    server.socket = socket.socket(fileno=3)  # sd_listen_fds(3): the first one
server.serve_forever()

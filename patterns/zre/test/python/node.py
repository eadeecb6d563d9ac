"""A node of ZRE in Python, after RFC 36 and with nothing of zerowire: meets whoever it hears of.

It is in the group G, repeats what is whispered and shouted, and says in JSON what it is told.
"""

import json
import os
import socket
import struct
import sys
import time

import zmq

port, address = int(sys.argv[1]), "127.255.255.255"
uuid = os.urandom(16)
context = zmq.Context()
inbox = context.socket(zmq.ROUTER)
inbox.setsockopt(zmq.ROUTER_HANDOVER, 1)
mailbox = inbox.bind_to_random_port("tcp://127.0.0.1")
endpoint = "tcp://127.0.0.1:%d" % mailbox
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
udp.bind(("0.0.0.0", port))


def say(**fact):
    print(json.dumps(fact), flush=True)


def string(text):
    return struct.pack("!B", len(text)) + text


def long_string(text):
    return struct.pack("!I", len(text)) + text


class Reader:
    def __init__(self, data):
        self.data = data

    def take(self, layout):
        size = struct.calcsize(layout)
        (value,) = struct.unpack(layout, self.data[:size])
        self.data = self.data[size:]
        return value

    def text(self, layout):
        length = self.take(layout)
        value, self.data = self.data[:length], self.data[length:]
        assert len(value) == length
        return value.decode()


class Peer:
    def __init__(self, where):
        self.socket = context.socket(zmq.DEALER)
        self.socket.identity = b"\x01" + uuid
        self.socket.connect(where)
        self.sent = self.received = 0
        headers = struct.pack("!I", 1) + string(b"X-SERVICE-echo") + long_string(endpoint.encode())
        groups = struct.pack("!I", 1) + long_string(b"G")
        self.send(1, string(endpoint.encode()) + groups + b"\x01" + string(b"py") + headers)

    def send(self, command, rest=b"", *content):
        self.sent += 1
        self.socket.send_multipart([struct.pack("!HBBH", 0xAAA1, command, 2, self.sent) + rest, *content])


peers = {}


def meet(name, where):
    if name != uuid and name not in peers:
        peers[name] = Peer(where)
    return peers.get(name)


def take(identity, frame, *content):
    assert identity[:1] == b"\x01" and len(identity) == 17
    signature, command, version, sequence = struct.unpack("!HBBH", frame[:6])
    assert signature == 0xAAA1 and version == 2
    reader = Reader(frame[6:])
    if command == 1:
        where = reader.text("!B")
        groups = [reader.text("!I") for _ in range(reader.take("!I"))]
        status, name = reader.take("!B"), reader.text("!B")
        headers = {reader.text("!B"): reader.text("!I") for _ in range(reader.take("!I"))}
        say(hello=name, groups=groups, status=status, headers=headers)
        meet(identity[1:], where)
    peer = peers[identity[1:]]
    peer.received += 1
    assert sequence == peer.received, "sequence %d, not %d" % (sequence, peer.received)
    if command == 2:
        peer.send(2, b"", *content)
    elif command == 3:
        peer.send(3, string(reader.text("!B").encode()), *content)
    elif command in (4, 5):
        say(**{"join" if command == 4 else "leave": reader.text("!B"), "status": reader.take("!B")})
    elif command == 6:
        peer.send(7)
    assert reader.data == b""


def hear(data, host):
    if len(data) == 22 and data[:4] == b"ZRE\x01":
        name, (there,) = data[4:20], struct.unpack("!H", data[20:])
        if there:
            meet(name, "tcp://%s:%d" % (host, there))
        elif name in peers:
            peers.pop(name).socket.close(0)
            say(left=True)


poller = zmq.Poller()
poller.register(inbox, zmq.POLLIN)
poller.register(udp, zmq.POLLIN)
due = 0
while True:
    if time.monotonic() >= due:
        udp.sendto(b"ZRE\x01" + uuid + struct.pack("!H", mailbox), (address, port))
        due = time.monotonic() + 0.1
    ready = dict(poller.poll(100))
    if inbox in ready:
        take(*inbox.recv_multipart())
    if udp.fileno() in ready:
        data, (host, _) = udp.recvfrom(1024)
        hear(data, host)

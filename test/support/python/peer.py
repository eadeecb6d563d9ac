"""Sockets of pyzmq for tests: one command a line in, one fact a line out, both JSON.

A socket is a DEALER that says hello as soon as it can. The ZAP handler of the process answers
with the status that a domain, a user or a key stands for, or is that of pyzmq.
"""

import json
import sys
import threading

import zmq
from zmq.auth import load_certificate
from zmq.auth.thread import ThreadAuthenticator
from zmq.utils.monitor import recv_monitor_message

context = zmq.Context()
said = threading.Lock()


def say(**fact):
    with said:
        print(json.dumps(fact), flush=True)


def judge(keys):
    handler = context.socket(zmq.REP)
    handler.bind("inproc://zeromq.zap.01")
    while True:
        version, request, domain, address, identity, mechanism, *credentials = handler.recv_multipart()
        status = domain.decode()
        if mechanism == b"PLAIN":
            user, password = (each.decode() for each in credentials)
            status = user if password == "secret" else "400"
        if mechanism == b"CURVE":
            status = keys.get(credentials[0].hex(), "400")
        handler.send_multipart(
            [version, request, status.encode(), b"because", b"user " + mechanism, b"\x04Role\0\0\0\x05guest"]
        )


def authenticate(allow=(), deny=(), passwords=None, certificates=None):
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    # At once: what its thread is told it takes to heart some time later.
    rules = authenticator.thread.authenticator
    if allow:
        rules.allow(*allow)
    if deny:
        rules.deny(*deny)
    if passwords:
        rules.configure_plain(passwords=passwords)
    if certificates:
        rules.configure_curve(location=certificates)
    return authenticator


KINDS = {
    zmq.EVENT_HANDSHAKE_SUCCEEDED: "handshake",
    zmq.EVENT_HANDSHAKE_FAILED_AUTH: "handshake:error:auth",
    zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "handshake:error:protocol",
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "handshake:error:other",
    zmq.EVENT_DISCONNECTED: "disconnect",
    zmq.EVENT_CONNECT_RETRIED: "connect:retry",
}


def serve(number, how, address, options):
    """One socket, used by one thread."""
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    certificate = options.pop("CERTIFICATE", None)
    if certificate:
        socket.curve_publickey, socket.curve_secretkey = load_certificate(certificate)
    for name, value in options.items():
        socket.set(getattr(zmq, name), value.encode() if isinstance(value, str) else value)
    monitor = socket.get_monitor_socket()
    orders = context.socket(zmq.PULL)
    orders.bind("inproc://orders-%d" % number)
    if how == "bind":
        socket.bind(address)
    else:
        socket.connect(address)
    say(number=number, endpoint=socket.getsockopt_string(zmq.LAST_ENDPOINT))
    poller = zmq.Poller()
    for each in (socket, monitor, orders):
        poller.register(each, zmq.POLLIN)
    poller.register(socket, zmq.POLLIN | zmq.POLLOUT)
    while True:
        ready = dict(poller.poll())
        if orders in ready:
            break
        if ready.get(socket, 0) & zmq.POLLOUT:
            # Who is refused may be without a pipe by now, and would wait for one for good.
            try:
                socket.send(b"hello from pyzmq", zmq.DONTWAIT)
                poller.register(socket, zmq.POLLIN)
            except zmq.Again:
                pass
        if ready.get(socket, 0) & zmq.POLLIN:
            frame = socket.recv(copy=False)
            try:
                user = frame.get("User-Id")
            except zmq.ZMQError:
                user = ""
            say(number=number, text=frame.bytes.decode(), user=user)
        if monitor in ready:
            event = recv_monitor_message(monitor)
            if event["event"] in KINDS:
                say(number=number, type=KINDS[event["event"]], value=event["value"])
    socket.disable_monitor()
    monitor.close()
    socket.close()
    orders.close()
    say(number=number, type="end")


def main():
    orders = {}
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "judge":
            threading.Thread(target=judge, args=(order["keys"],), daemon=True).start()
        elif order["do"] == "authenticate":
            del order["do"]
            authenticator = authenticate(**order)
        elif order["do"] == "open":
            arguments = (order["number"], order["how"], order["address"], order["options"])
            orders[order["number"]] = threading.Thread(target=serve, args=arguments, daemon=True)
            orders[order["number"]].start()
        elif order["do"] == "close":
            end = context.socket(zmq.PUSH)
            end.connect("inproc://orders-%d" % order["number"])
            end.send(b"")
            end.close()


main()

"""Loses its connection again and again, and loses no event. Arguments: host, port."""

import socket
import sys
import time

EVENTS = 400


class Program:
    """A program that keeps the number of the last event that it has seen."""

    def __init__(self, address):
        self.address, self.seen, self.last = address, [], None
        self.socket, self.rest, self.is_known = None, b"", False

    def connect(self):
        self.socket, self.rest = socket.create_connection(self.address, 10), b""
        self.socket.settimeout(10)
        resume = f"Resume: {self.last}\r\n" if self.last is not None else ""
        self.send(f"Action: Login\r\nUsername: panel\r\nSecret: s3cret\r\nSequenceNumbers: yes\r\n{resume}\r\n")
        self.is_known = False
        while not self.is_known:
            self.read(1)

    def send(self, text):
        self.socket.sendall(text.encode())

    def cut(self):
        """Without a word, with what is under way lost."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def read(self, pieces):
        """Reads so many pieces, and takes what is whole in them."""
        for _ in range(pieces):
            piece = self.socket.recv(700)
            assert piece, "the PBX has closed the connection"
            *blocks, self.rest = (self.rest + piece).split(b"\r\n\r\n")
            for block in blocks:
                self.take(dict(line.split(": ", 1) for line in block.decode().split("\r\n") if ": " in line))

    def take(self, block):
        if block.get("Message") == "Authentication accepted":
            self.is_known = True
        elif block.get("Event") == "Resumed":
            assert block["Lost"] == "0", block
        elif "SequenceNumber" in block:
            self.last = int(block["SequenceNumber"])
            if block.get("UserEvent") == "Count":
                self.seen.append(int(block["Number"]))


def main(host, port):
    listener, speaker = Program((host, port)), Program((host, port))
    listener.connect()
    speaker.connect()
    # Whoever has no number yet cannot ask for what came after it.
    speaker.send("Action: UserEvent\r\nUserEvent: Count\r\nNumber: 0\r\n\r\n")
    while not listener.seen:
        listener.read(1)
    for number in range(1, EVENTS):
        speaker.send(f"Action: UserEvent\r\nUserEvent: Count\r\nNumber: {number}\r\n\r\n")
        if number % 40 == 0:
            listener.read(3)
            listener.cut()
            time.sleep(0.05)
        if number % 40 == 20 and number > 40:
            listener.connect()
    deadline = time.monotonic() + 20
    listener.cut()
    time.sleep(0.5)
    listener.connect()
    while len(listener.seen) < EVENTS and time.monotonic() < deadline:
        listener.read(1)
    assert listener.seen == list(range(EVENTS)), listener.seen
    print("ok")


main(sys.argv[1], int(sys.argv[2]))

"""A TCP proxy that writes what passes through it as a capture file: no rights, no network card, the same on every machine."""
import selectors
import socket
import struct
import threading
import time

LINKTYPE_IPV4 = 228
SYN, ACK, PSH, FIN = 0x02, 0x10, 0x08, 0x01
SEGMENT = 1400


class Recorder:
    """Listens on `port` of 127.0.0.1, forwards to `target`, and writes the packets that would carry the bytes to `path`."""

    def __init__(self, path, target):
        self.target = target
        self._file = open(path, "wb")
        self._file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_IPV4))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._threads = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        with self._lock:
            self._file.close()

    def _accept(self):
        while True:
            try:
                client, address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._carry, args=(client, address), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _carry(self, client, address):
        server = socket.create_connection(self.target)
        ports = {client: (address[1], self.target[1]), server: (self.target[1], address[1])}
        sent = {client: 1000, server: 5000}
        other = {client: server, server: client}

        def packet(side, flags, data=b""):
            self._write(ports[side], sent[side], sent[other[side]] if flags & ACK else 0, flags, data)
            sent[side] += len(data) + (1 if flags & (SYN | FIN) else 0)

        packet(client, SYN)
        packet(server, SYN | ACK)
        packet(client, ACK)
        open_sides = {client, server}
        with selectors.DefaultSelector() as selector:
            for side in open_sides:
                selector.register(side, selectors.EVENT_READ)
            while open_sides:
                for key, _ in selector.select():
                    side = key.fileobj
                    try:
                        data = side.recv(65536)
                    except OSError:
                        data = b""
                    for at in range(0, len(data), SEGMENT):
                        packet(side, ACK | PSH, data[at:at + SEGMENT])
                    try:
                        if data:
                            other[side].sendall(data)
                        else:
                            packet(side, FIN | ACK)
                            selector.unregister(side)
                            open_sides.discard(side)
                            other[side].shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
        client.close()
        server.close()

    def _write(self, ports, sequence, acknowledgement, flags, data):
        tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledgement, 5 << 4, flags, 65535, 0, 0) + data
        localhost = socket.inet_aton("127.0.0.1")
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, socket.IPPROTO_TCP, 0, localhost, localhost) + tcp
        now = time.time()
        with self._lock:
            if not self._file.closed:
                self._file.write(struct.pack("<IIII", int(now), int(now % 1 * 1_000_000), len(ip), len(ip)) + ip)

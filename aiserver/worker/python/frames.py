"""Frames over a Unix socket: two lengths as 4 bytes each, big-endian; a JSON header; raw bytes.

    server -> worker   {"type": "job", "id", "role", "width", "height", "channels", "args": {...}}  + pixels
                       {"type": "cancel", "id"}
    worker -> server   {"type": "beat"}                          all the time, also while it loads or works
                       {"type": "ready", "models": {role: model}, "digests": {role: digest}}
                                                                 once, when every role is loaded
                       {"type": "progress", "id", "done", "of"}  a step of this job; its answer comes later
                       {"type": "result", "id", "width", "height", "channels", "info": {...}}  + pixels
                       {"type": "error", "id", "detail", "retry"} this job failed, the worker goes on

Pixels are rows from the top, width*height*channels bytes, 8 bits a channel: 1 coverage,
3 sRGB, 4 sRGB with straight alpha. args and info are of the role and may be missing; a
result without pixels has no width. retry says that the job may do when it is asked again. A
model is "name@revision" or its name alone. frame.go is the other side.
"""

import json
import struct
import threading

LENGTHS = struct.Struct(">II")


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class Frames:
    def __init__(self, connection):
        self._connection = connection
        self._read = connection.makefile("rb")
        self._lock = threading.Lock()

    def send(self, header, payload=b""):
        """Sends one frame. Safe for concurrent use. OSError when the other side is gone."""
        head = json.dumps(header).encode()
        with self._lock:
            self._connection.sendall(LENGTHS.pack(len(head), len(payload)) + head)
            self._connection.sendall(payload)

    def receive(self):
        """Waits for one frame and gives its header and payload. EOFError when the other side has hung up."""
        head, payload = LENGTHS.unpack(self._exactly(LENGTHS.size))
        return json.loads(self._exactly(head)), self._exactly(payload)

    def _exactly(self, size):
        data = self._read.read(size)
        if len(data) < size:
            raise EOFError
        return data

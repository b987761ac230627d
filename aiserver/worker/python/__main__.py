"""The model worker: one process that holds models by role and works for one GPU server.

    python DIR --role cutout=WEIGHTS [--role ...]     the worker; file descriptor 3 is its Unix socket
    python DIR --check --role cutout=WEIGHTS          load everything once, and say how long it took

frames.py has the protocol. A role is a module with a function load(weights) that gives an
object with `model` (its name in answers) and run(job), see cutout.py; ROLES lists them.
"""

import argparse
import os
import queue
import socket
import sys
import threading
import time

import cutout
import frames

ROLES = {"cutout": cutout.load}

SOCKET = 3  # the first file descriptor after stdin, stdout and stderr
BEAT = 0.5  # seconds; the server gives up a worker after some ten beats it has missed


class Job:
    """What a role gets: the header it was asked with, the raw pixels, and when to stop."""

    def __init__(self, header, pixels):
        self.header, self.pixels = header, pixels
        self.cancelled = False
        self._stop = None

    def on_cancel(self, stop):
        """Calls stop, from another thread, when nobody waits for the answer any more."""
        self._stop = stop
        if self.cancelled:
            stop()

    def cancel(self):
        self.cancelled = True
        if self._stop:
            self._stop()


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class Worker:
    def __init__(self, connection):
        self.frames = frames.Frames(connection)
        self.jobs = queue.Queue()
        self.known = {}  # id -> job, while it waits or runs
        self.roles = {}

    def listen(self):
        """Takes jobs and cancellations until the server hangs up; then there is nothing left to live for."""
        try:
            while True:
                header, pixels = self.frames.receive()
                if header["type"] == "job":
                    job = self.known[header["id"]] = Job(header, pixels)
                    self.jobs.put(job)
                elif header["type"] == "cancel":
                    job = self.known.get(header["id"])
                    if job:
                        job.cancel()
        except (EOFError, OSError):
            os._exit(0)  # at once, whatever a model is doing

    def beat(self):
        while True:
            self.frames.send({"type": "beat"})
            time.sleep(BEAT)

    def answer(self, job):
        number = job.header["id"]
        try:
            if job.cancelled:
                raise Cancelled
            header, pixels = self.roles[job.header["role"]].run(job)
        except Exception as error:  # a job that fails must not end the worker
            # MemoryError has no text, and some libraries' errors have many lines.
            detail = f"{type(error).__name__}: {error}".splitlines()[0][:500]
            self.frames.send({"type": "error", "id": number, "detail": detail})
        else:
            self.frames.send({**header, "type": "result", "id": number}, pixels)
        finally:
            self.known.pop(number, None)

    def serve(self, wanted):
        for body in (self.listen, self.beat):
            threading.Thread(target=body, daemon=True).start()
        for role, weights in wanted.items():
            self.roles[role] = ROLES[role](weights)
        self.frames.send({"type": "ready", "models": {name: role.model for name, role in self.roles.items()}})
        while True:
            self.answer(self.jobs.get())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--role", action="append", default=[], metavar="NAME=WEIGHTS")
    asked = parser.parse_args()
    wanted = dict(one.split("=", 1) for one in asked.role)
    unknown = wanted.keys() - ROLES.keys()
    if unknown:
        sys.exit(f"no such role: {', '.join(sorted(unknown))}; there is: {', '.join(sorted(ROLES))}")
    if asked.check:
        for name, weights in wanted.items():
            began = time.monotonic()
            print(f"{name}: {ROLES[name](weights).model}, loaded in {time.monotonic() - began:.2f} s")
        return
    try:
        Worker(socket.socket(fileno=SOCKET)).serve(wanted)
    except OSError:
        pass  # the server has hung up


if __name__ == "__main__":
    main()

"""The model worker: one process that holds models by role and works for one GPU server.

    python DIR --role cutout=u2netp=WEIGHTS [--role ...]     the worker; file descriptor 3 is its Unix socket
    python DIR --check --role cutout=u2netp=WEIGHTS          load everything once, and say how long it took

frames.py has the protocol. A role is a module with a function load(model, weights, options)
that gives an object with `model` and `digest` (its name and its weights' in answers) and
run(job), see cutout.py; ROLES lists them. A role's module is imported when it is wanted, so
that a worker without models for a card needs no package for one.
"""

import argparse
import importlib
import os
import queue
import socket
import sys
import threading
import time

import frames

# The models that each role's module, of the same name, can load.
ROLES = {
    "cutout": ("u2netp", "birefnet"),
    "scene": ("flux2-klein", "z-image"),
    "score": ("siglip2",),
    "analysis": ("qwen3-vl",),
}

SOCKET = 3  # the first file descriptor after stdin, stdout and stderr
BEAT = 0.5  # seconds; the server gives up a worker after some ten beats it has missed


class Job:
    """What a role gets: the header it was asked with, the raw pixels, and when to stop."""

    def __init__(self, header, pixels, send):
        self.header, self.pixels = header, pixels
        self.args = header.get("args") or {}
        self.cancelled = False
        self._stop, self._send = None, send

    def on_cancel(self, stop):
        """Calls stop, from another thread, when nobody waits for the answer any more."""
        self._stop = stop
        if self.cancelled:
            stop()

    def cancel(self):
        self.cancelled = True
        if self._stop:
            self._stop()

    def progress(self, done, of):
        """Tells a step. Cancelled when nobody waits for the answer any more."""
        if self.cancelled:
            raise frames.Cancelled
        self._send({"type": "progress", "id": self.header["id"], "done": done, "of": of})


def no_memory(error):
    """Whether a job failed for want of memory, of the machine's or of the card's."""
    # PyTorch's error is not named by its class, so that it need not be imported; on the CPU it has none of its own.
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or (
        isinstance(error, RuntimeError) and ("can't allocate memory" in str(error) or "bad_alloc" in str(error)))


def broken_card(error):
    """Whether a job has left the card in a state in which this process can do nothing more."""
    return type(error).__name__ == "AcceleratorError" or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in ("CUDA error", "cuDNN error")))


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
                    job = self.known[header["id"]] = Job(header, pixels, self.frames.send)
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
                raise frames.Cancelled
            header, pixels = self.roles[job.header["role"]].run(job)
        except Exception as error:  # a job that fails must not end the worker
            # MemoryError has no text, and some libraries' errors have many lines.
            detail = f"{type(error).__name__}: {error}".splitlines()[0][:500]
            retry = no_memory(error)
            if broken_card(error) and not retry:
                print(f"the card is lost: {detail}", file=sys.stderr, flush=True)
                os._exit(1)  # a new process gets the card anew, and the job once more
            error.__traceback__ = None  # it holds what the job has filled the memory with
            if retry and "torch" in sys.modules:
                sys.modules["torch"].cuda.empty_cache()
            self.frames.send({"type": "error", "id": number, "detail": detail, "retry": retry})
        else:
            self.frames.send({**header, "type": "result", "id": number}, pixels)
        finally:
            self.known.pop(number, None)

    def serve(self, wanted, options):
        for body in (self.listen, self.beat):
            threading.Thread(target=body, daemon=True).start()
        for role, (model, weights) in wanted.items():
            self.roles[role] = importlib.import_module(role).load(model, weights, options)
        self.frames.send({
            "type": "ready",
            "models": {name: role.model for name, role in self.roles.items()},
            "digests": {name: role.digest for name, role in self.roles.items()},
        })
        while True:
            self.answer(self.jobs.get())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--role", action="append", default=[], metavar="NAME=MODEL=WEIGHTS")
    parser.add_argument("--compile", action="store_true", help="the scene's repeated blocks, on a card")
    parser.add_argument("--fp8", action="store_true", help="the scene's products in 8 bits, where the card has them")
    asked = parser.parse_args()
    wanted = {}
    for one in asked.role:
        role, model, weights = one.split("=", 2)
        if model not in ROLES.get(role, ()):
            known = ", ".join(f"{name}={one}" for name, all_of_it in ROLES.items() for one in all_of_it)
            sys.exit(f"no such role: {role}={model}; there is: {known}")
        wanted[role] = model, weights
    if asked.check:
        for role, (model, weights) in wanted.items():
            began = time.monotonic()
            loaded = importlib.import_module(role).load(model, weights, asked)
            print(f"{role}: {loaded.model} {loaded.digest}, loaded in {time.monotonic() - began:.2f} s")
        return
    try:
        Worker(socket.socket(fileno=SOCKET)).serve(wanted, asked)
    except OSError:
        pass  # the server has hung up


if __name__ == "__main__":
    main()

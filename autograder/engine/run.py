"""Play a job: get a player, talk with it within bounds, and stop it when a limit is reached."""

import atexit
import base64
import contextlib
import json
import os
import selectors
import socket
import subprocess
import threading
import time
from collections import deque
from dataclasses import replace

from autograder.engine import walls
from autograder.engine.job import LOST, Job, Played
from autograder.engine.messages import Transcript

CELLS_LEFT_OUT = 3  # of one notebook: cells after whose loss it is played again
GRACE = 3.0  # seconds between the interrupt inside the player and the kill from outside


def play(job: Job) -> Played:
    """Play `job` in a child process and return what became of it. Never raises for what a notebook does.

    A cell that ends the process, or that has to be killed, is left out and the notebook played again as long as its
    time lasts: one such cell costs no other task.
    """
    played = _play_soundly(job, job.limits.notebook_seconds)
    for _ in range(CELLS_LEFT_OUT):
        left = job.limits.notebook_seconds - played.seconds
        if played.lost is None or left <= 0:
            break
        job = _without(job, played.lost)
        played = _join(played, _play_soundly(job, left), job)
    return played


def _without(job, cell):
    others = {name: question for name, question in job.questions.items() if name != cell}
    return replace(job, cells=tuple(part for part in job.cells if part["id"] != cell), questions=others)


def _join(before, again, job):
    """What became of a notebook and, in the cells that were left out as it was played `again`, of the plays before."""
    cell, playing = before.lost, {part["id"] for part in job.cells}
    for kept, new in zip(before.by_cell(), again.by_cell(), strict=True):
        new.update({left_out: found for left_out, found in kept.items() if left_out not in playing})
    again.events[:0] = [*before.events, f"played again without cell {cell}"]
    again.seconds += before.seconds
    return again


def _play_soundly(job, seconds):
    """Play, and once more when it was the engine that failed."""
    try:
        return _play_once(job, seconds)
    except walls.Broken:  # a zygote that was killed, or a machine short of memory
        _engine.settle()
        replayed = _play_once(job, seconds)
        replayed.events.insert(0, "the process that plays notebooks was lost and replaced; played again from the start")
        return replayed


def missing_walls():
    """What a submission could reach on this machine, in words; [] when all walls stand."""
    return walls_of(_engine.way())


def walls_of(way):
    """The walls that are missing where players are started in this `way`."""
    missing = []
    if way == "plain":
        missing += ["the network", "the files that you can read and write", "processes that outlive the grading"]
    if way != "warm":
        missing += ["memory, disk space and number of processes altogether"]
    if os.name != "posix":
        missing += ["memory and file size limits"]
    return missing


# --- the warm process --------------------------------------------------------------------------------------


class _Engine:
    """The zygote of this process, started when the first notebook comes, and replaced when it is lost."""

    def __init__(self):
        self.lock = threading.Lock()
        self.zygote = self.chosen = None

    def start(self, limits):
        """A new player, started in the best way that works here."""
        if self.way() == "warm":
            return self._warm().start(limits)
        return walls.Cold(walls.find_bwrap())

    def way(self):
        """How players are started in this process: warm, cold or plain. Chosen once, so that no wall is lost later."""
        with self.lock:
            if self.chosen is None and walls.find_bwrap() is None:
                self.chosen = "plain"
            elif self.chosen is None:
                try:
                    self.zygote, self.chosen = walls.Zygote(walls.find_bwrap()), "warm"
                except walls.Broken:
                    self.chosen = "cold"
            return self.chosen

    def _warm(self):
        with self.lock:
            if self.zygote is None or not self.zygote.is_alive():
                if self.zygote:
                    self.zygote.close()
                self.zygote = None
                self.zygote = walls.Zygote(walls.find_bwrap())
            return self.zygote

    def settle(self):
        """Give a zygote that is about to end the time to do so, that the next player does not come from it."""
        zygote = self.zygote
        if zygote:
            with contextlib.suppress(subprocess.TimeoutExpired):
                zygote.process.wait(walls.PART_SECONDS)

    def close(self):
        with self.lock:
            if self.zygote:
                self.zygote.close()
            self.zygote = None

    def forget(self):
        """After a fork the copy starts its own when it needs one."""
        if self.zygote:
            self.zygote.forget()
        self.__init__()


_engine = _Engine()
atexit.register(_engine.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_engine.forget)


# --- conversation ------------------------------------------------------------------------------------------


def _play_once(job, seconds):
    played = Played(answers={cell: [None] * len(question.probes) for cell, question in job.questions.items()})
    player = _engine.start(job.limits)
    reader = _Reader(player, Transcript(job, played), job.limits.output_bytes)
    start = time.monotonic()
    stopped = "the conversation broke off"
    try:
        running, stopped = _converse(player, reader, job, played, start + seconds)
    finally:
        reader.selector.close()
        said = player.end(stop=bool(stopped))
    played.seconds = time.monotonic() - start
    if not played.finished:
        why = stopped or _how_it_ended(said, running, job)
        played.events.append(why)
        if running and played.seconds < seconds:
            played.lost = running
            played.errors[running] = {"type": LOST, "message": why}
    return played


def _converse(player, reader, job, played, deadline):
    """Send the job, then read messages until the player is done or dead; returns the cell where it ended and why it was
    stopped, or None."""
    limits, transcript = job.limits, reader.transcript
    with contextlib.suppress(OSError):  # it may be gone already
        player.send(_request(job))
    cell_deadline = deadline
    while True:
        try:
            line = reader.line(min(deadline, cell_deadline))
        except _TooMuch:
            return (
                transcript.running,
                f"stopped in cell {transcript.running}: more than {limits.output_bytes:,} bytes of output",
            )
        if line is None or time.monotonic() > deadline + GRACE:  # lines that came in time may take long to read
            late = "notebook" if time.monotonic() >= deadline else "cell"
            seconds = limits.notebook_seconds if late == "notebook" else limits.cell_seconds
            return transcript.running, f"stopped in cell {transcript.running}: the {late} limit of {seconds:g} seconds"
        if line == b"":
            return transcript.running, None
        kind = transcript.take(line)
        if kind == "start":
            cell = transcript.running
            asked = len(job.questions[cell].probes) * limits.probe_seconds if cell in job.questions else 0
            cell_deadline = time.monotonic() + max(limits.cell_seconds, asked) + GRACE
        if played.finished:
            return transcript.running, None


def _request(job):
    request = {
        "cells": list(job.cells),
        "questions": {cell: question.as_json for cell, question in job.questions.items()},
        "files": {os.path.basename(name): base64.b64encode(data).decode() for name, data in job.files.items()},
        "limits": vars(job.limits),
    }
    return json.dumps(request).encode() + b"\n"


def _how_it_ended(said, cell, job):
    """Why a player is gone that did not finish, in words."""
    kind = said.split()[0]
    if kind == "memory":
        return f"stopped: more than {job.limits.memory_bytes / 2**30:.3g} GiB of memory altogether"
    if kind == "processes":
        return f"stopped: more than {job.limits.processes} processes"
    return f"the process ended in cell {cell}"


class _TooMuch(Exception):
    """The player sends more than it may."""


class _Reader:
    """Lines from the player with a deadline; what its programs print goes to the transcript in passing.

    Lines come first: a player that ends a cell waits until the streams are empty, so that they belong to that cell.
    """

    def __init__(self, player, transcript, most):
        self.most = most
        self.line_socket, self.streams, self.transcript = player.line, player.streams, transcript
        self.received = 0
        self.lines, self.rest, self.ended = deque(), [], False
        self.selector = selectors.DefaultSelector()
        for source in (player.line, *player.streams):
            self.selector.register(source, selectors.EVENT_READ)

    def line(self, deadline):
        """The next line, b"" at the end, None when the deadline has passed."""
        while not self.lines:
            left = deadline - time.monotonic()
            if self.received > self.most:
                raise _TooMuch
            if self.ended:
                return b""
            if left <= 0:
                return None
            ready = [key.fileobj for key, _ in self.selector.select(left)]
            for source in [self.line_socket] if self.line_socket in ready else ready:
                self._take(source, _read(source))
        return self.lines.popleft()

    def _take(self, source, block):
        self.received += len(block)
        if not block:
            self.selector.unregister(source)
            self.ended = self.ended or source is self.line_socket
        elif source is self.line_socket:
            first, *others = block.split(b"\n")
            self.rest.append(first)
            if others:
                self.lines.append(b"".join(self.rest))
                self.lines.extend(others[:-1])
                self.rest = others[-1:]
        else:
            self.transcript.print(self.streams[source], block)


def _read(source):
    """A block from a socket or a pipe; b"" at its end."""
    try:
        return source.recv(1 << 18) if isinstance(source, socket.socket) else os.read(source.fileno(), 1 << 16)
    except OSError:
        return b""

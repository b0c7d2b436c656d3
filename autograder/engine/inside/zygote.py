"""The warm process: imports everything once, then forks a walled player for each notebook.

It never reads anything that a notebook wrote: the parent hands it only the sockets of a new player, which it passes on
and forgets. Started by walls.py as `python -m inside.zygote`; file descriptor 0 is the parent's control socket.
"""

import contextlib
import gc
import json
import os
import socket
import sys

from . import cage

TRIAL = {"memory_bytes": 2**40, "processes": 64, "scratch_bytes": 2**20}


def main():
    control = socket.socket(fileno=0)
    if os.getuid() == 0:
        cage.become_nobody()
    from . import player

    stage = player.Stage()
    stage.warm_up()
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        raise RuntimeError(f"{threads} threads after warming up: a fork would not be safe")
    gc.collect()
    cage.use_huge_pages()
    gc.freeze()  # keeps the collector from touching, and so copying, what all players share
    control.send(_try_walls().encode())
    while True:
        message, fds, *_ = socket.recv_fds(control, 4096, 4)
        if not message:  # the parent is gone
            return
        _start_player(json.loads(message), fds, control, stage)
        for fd in fds:
            os.close(fd)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # keepers that ended
                pass


def _start_player(limits, fds, control, stage):
    """One player with its keeper, behind walls. fds: job and messages, status, standard output and error."""
    line, status, out, err = fds
    user = os.getuid(), os.getgid()
    try:
        if cage.fork_behind_walls():
            return
    except OSError as problem:
        os.write(status, f"walls {problem}".encode())
        return
    try:
        control.close()
        _play_behind_walls(limits, user, line, socket.socket(fileno=status), (out, err), stage)
    finally:
        os._exit(1)


def _play_behind_walls(limits, user, line, status, streams, stage):
    try:
        cage.furnish(limits["scratch_bytes"], user)
    except OSError as problem:
        status.send(f"walls {problem}".encode())
        os._exit(1)
    os.setsid()
    player = os.fork()
    if player:
        for fd in (line, *streams):
            os.close(fd)
        cage.keep(player, status, limits)
        os._exit(0)
    status.close()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(streams[0], 1)
    os.dup2(streams[1], 2)
    os.dup2(line, 3)
    os.closerange(4, 512)
    os.chdir(cage.DESK)
    cage.set_limits(limits, walled=True)
    cage.give_up_rights()
    stage.play(socket.socket(fileno=3))


def _try_walls():
    """Raise the walls once around nothing: "ready", or what the kernel refuses."""
    ours, theirs = socket.socketpair()
    user = os.getuid(), os.getgid()
    try:
        child = cage.fork_behind_walls()
    except OSError as problem:
        return f"refused: {problem}"
    if not child:
        try:
            ours.close()
            cage.furnish(TRIAL["scratch_bytes"], user)
            cage.give_up_rights()
            theirs.send(b"ready")
        except OSError as problem:
            theirs.send(f"refused: {problem}".encode())
        finally:
            os._exit(0)
    theirs.close()
    os.wait()
    said = ours.recv(1000).decode() or "refused: no word"
    ours.close()
    return said


if __name__ == "__main__":
    sys.exit(main())

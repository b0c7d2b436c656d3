"""Play notebooks on the workers of a Dask cluster: the same function as here, behind the same walls.

A worker must run the same version of this product, and every task checks it, so that one that joins later does too.
"""

import contextlib
import logging
from concurrent.futures import Executor

from autograder import engine, grade

ANSWER_SECONDS = 10  # within which a scheduler answers
RETRIES = 5  # times that a notebook is played anew when its worker disappears


class Unusable(RuntimeError):
    """The cluster can't grade; the message says why and what to do."""


@contextlib.contextmanager
def connect(address, require_walls=False):
    """Yield (executor, number of notebooks played at once) for the scheduler at `address`, such as tcp://host:8786.

    Raises Unusable when it does not answer, has no workers, or a worker has another version of this product or, with
    `require_walls`, lacks a wall.
    """
    try:
        from distributed import Client
    except ImportError:
        raise Unusable(
            "--scheduler needs the package distributed: pip install 'distributed>=2025.1', here and on every worker."
        ) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=ANSWER_SECONDS)
    except (OSError, ValueError, TimeoutError) as problem:
        raise Unusable(
            f"No Dask scheduler answers at {address} ({problem}). Start one with `dask scheduler` and its workers with "
            f"`dask worker {address}` in this environment, or grade here with --workers."
        ) from None
    with client:
        threads = client.nthreads()
        if not threads:
            raise Unusable(f"The scheduler at {address} has no workers. Start some with `dask worker {address}`.")
        _examine(client, require_walls)
        yield _Cluster(client, require_walls), sum(threads.values())


def _examine(client, require_walls):
    expected = grade.product_hash()
    try:
        found = client.run(_describe_worker, on_error="return")
    except Exception as problem:
        raise Unusable(f"The workers can't be asked what they run: {problem}") from None
    for worker, said in sorted(found.items()):
        if isinstance(said, Exception):
            raise Unusable(f"The worker {worker} can't run this product ({said}). Install it there in this version.")
        if reason := _refusal(*said, expected, require_walls):
            raise Unusable(f"The worker {worker} {reason}")


def _describe_worker():
    return grade.product_hash(), engine.missing_walls()


def _refusal(found, missing, expected, require_walls):
    """Why a worker must not grade, or None."""
    if found != expected:
        return "runs another version of this product: its grades could differ. Install the same one there."
    if require_walls and missing:
        return f"does not wall submissions off from {', '.join(missing)} (--require-sandbox)."
    return None


def play(job, expected, require_walls):
    """engine.play on a worker that may play it; raises Unusable on another."""
    if reason := _refusal(grade.product_hash(), engine.missing_walls(), expected, require_walls):
        raise Unusable(f"A worker {reason}")
    return engine.play(job)


class _Cluster(Executor):
    """The executor of a Dask client, whose workers play notebooks and nothing else."""

    def __init__(self, client, require_walls):
        self.executor = client.get_executor(retries=RETRIES)
        self.last = (grade.product_hash(), require_walls)

    def submit(self, function, job):
        if function is not engine.play:
            raise ValueError("a cluster plays notebooks and runs nothing else")
        return self.executor.submit(play, job, *self.last)

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.executor.shutdown(wait=wait)

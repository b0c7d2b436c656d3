"""Ask a namespace one question: evaluate a short expression with given inputs and note what happens.

The answer is plain data. The notebook asks through `check`; the grader asks the process that ran a
submission. Both read the answer on the same ladder (workbook/ladder.py).
"""

import builtins
import contextlib
import dis
import io
import re
import signal
import threading
import time
import types
import warnings
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from workbook import plain

NO_STEPS = {
    "RESUME",
    "NOP",
    "LOAD_CONST",
    "POP_TOP",
    "RETURN_CONST",
    "RETURN_VALUE",
}  # bytecode of an empty body
STATES = ("answered", "missing", "unwritten", "raised", "timeout")
MESSAGE_LIMIT = 400  # characters of an error message or a warning that are kept


@dataclass(frozen=True)
class Answer:
    """What happened when a probe was asked.

    state: answered, missing (a name does not exist), unwritten (the stub is still there), raised or timeout.
    value: the result as plain data. error: {type, message, where}. warnings: their texts. changed: inputs that
    were not as before after the call. reads: data of the notebook that the function reads besides its arguments.
    loops: a Python loop was seen in it.
    """

    state: str
    value: dict | None = None
    error: dict | None = None
    warnings: tuple = ()
    changed: tuple = ()
    reads: tuple = ()
    loops: bool = False
    seconds: float = 0.0
    missing: str = ""

    def as_plain(self):
        """The answer as a dictionary that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_plain(cls, given):
        """Read an answer that came from another process; raises ValueError when it is not one."""
        if not isinstance(given, dict):
            raise ValueError("an answer is a dictionary")
        state, value, error = (given.get(key) for key in ("state", "value", "error"))
        if state not in STATES or (state == "answered") != (value is not None):
            raise ValueError(f"unknown state, or a value without an answer: {str(state)[:40]!r}")
        if error is not None and not isinstance(error, dict):
            raise ValueError("an error is a dictionary")
        texts = {key: given.get(key) or () for key in ("warnings", "changed", "reads")}
        if not all(isinstance(items, (list, tuple)) for items in texts.values()):
            raise ValueError("warnings, changed and reads are lists")
        return cls(
            state,
            None if value is None else plain.checked(value),
            error and {key: plain.legal(error.get(key, ""), MESSAGE_LIMIT) for key in ("type", "message", "where")},
            **{key: tuple(plain.legal(text, MESSAGE_LIMIT) for text in items[:20]) for key, items in texts.items()},
            loops=given.get("loops") is True,
            seconds=_seconds(given.get("seconds")),
            missing=plain.legal(given.get("missing") or "", MESSAGE_LIMIT),
        )


def _seconds(given):
    """A duration as it came from another process: between 0 and a day, whatever it says."""
    if not isinstance(given, (int, float)) or not given >= 0:
        return 0.0
    return float(min(given, 86_400))


class ProbeTimeout(BaseException):
    """Raised inside a probe that takes too long. Not an Exception, so `except Exception` can't swallow it."""


@dataclass(frozen=True)
class Probe:
    """One question: an expression over the student's names, and the inputs that it may use besides."""

    expression: str
    inputs: dict = field(default_factory=dict)  # name -> plain data


def ask(probe, names, namespace, seconds=10.0):
    """Evaluate `probe` in `namespace` and return an Answer.

    names: what the task asks the student to define. Inputs are fresh copies; prints are swallowed; warnings are
    collected. After `seconds` the call is interrupted where the platform allows it.
    """
    missing = [name for name in names if namespace.get(name, ...) is Ellipsis]
    if missing:
        return Answer("missing", missing=", ".join(missing))
    if any(is_empty(namespace[name]) for name in names):
        return Answer("unwritten")
    inputs = {name: plain.decode(value) for name, value in probe.inputs.items()}
    before = {name: _fingerprint(value) for name, value in inputs.items()}
    scope = {"np": np, "pd": pd, **namespace, **inputs, "__builtins__": builtins}
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught, _quiet(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            with _time_limit(seconds):
                found = eval(probe.expression, scope)
                value, error, state = plain.encode(found), None, "answered"
        except ProbeTimeout:
            value, error, state = None, None, "timeout"
        except NotImplementedError as problem:
            value, error = None, _describe_error(problem)
            state = "unwritten" if error["where"].split(".")[0] in (*names, "<module>") else "raised"
        except (Exception, SystemExit, KeyboardInterrupt, RecursionError) as problem:
            value, error, state = None, _describe_error(problem), "raised"
    taken = time.perf_counter() - start
    return Answer(
        state,
        value,
        error,
        warnings=tuple(dict.fromkeys(str(w.message)[:MESSAGE_LIMIT] for w in caught))[:5],
        changed=tuple(name for name, value in inputs.items() if _fingerprint(value) != before[name]),
        reads=data_read_by(names, namespace),
        loops=any(has_loop(namespace[name]) for name in names),
        seconds=taken,
    )


def ask_all(questions, namespace, seconds=10.0):
    """Yield the Answer to each (names, Probe). After one that takes too long the others are not asked any more."""
    timed_out = False
    for names, probe in questions:
        answer = Answer("timeout", seconds=seconds) if timed_out else ask(probe, names, namespace, seconds)
        timed_out = answer.state == "timeout"
        yield answer


def is_empty(value):
    """True for a function whose body is only a docstring, `pass` or `...`: nothing was written yet."""
    if not isinstance(value, types.FunctionType):
        return False
    code = value.__code__
    steps = {step.opname for step in dis.get_instructions(code)}
    return steps <= NO_STEPS and set(code.co_consts) <= {None, ..., value.__doc__}


def has_loop(value):
    """True for a function with a `for` or `while` loop or a comprehension in its own body."""
    codes = [value.__code__] if isinstance(value, types.FunctionType) else []
    for code in codes:
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    steps = (step.opname for code in codes for step in dis.get_instructions(code))
    return any(name in ("FOR_ITER", "JUMP_BACKWARD") for name in steps)


def data_read_by(names, namespace):
    """Arrays, tables and lists of the notebook that the functions called `names` read besides their arguments."""
    data = (np.ndarray, pd.DataFrame, pd.Series, list)
    found = []
    for name in names:
        function = namespace.get(name)
        if isinstance(function, types.FunctionType):
            found += [read for read in _names_in(function.__code__) if isinstance(namespace.get(read), data)]
    return tuple(dict.fromkeys(found))


def _names_in(code):
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _fingerprint(value):
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return (value.to_numpy().tobytes(), value.shape, tuple(map(str, value.axes[-1])))
    if isinstance(value, np.ndarray):
        return (value.tobytes(), value.shape, value.dtype.str)
    return repr(value)


def _describe_error(problem):
    where, trace = "", problem.__traceback__
    while trace is not None:
        where, trace = trace.tb_frame.f_code.co_qualname, trace.tb_next
    message = re.sub(r" at 0x[0-9a-f]+", "", str(problem))
    return {"type": type(problem).__name__, "message": message[:MESSAGE_LIMIT], "where": where}


@contextlib.contextmanager
def _quiet():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


@contextlib.contextmanager
def _time_limit(seconds):
    """Interrupt the block after `seconds`; without effect outside the main thread or where SIGALRM is missing."""
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_):
        raise ProbeTimeout

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)

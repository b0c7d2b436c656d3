"""Ask a namespace one question: evaluate a short expression with given inputs and note what happens.

The answer is plain data. The notebook asks through `check`; the grader asks the process that ran a
submission. Both read the answer on the same ladder (workbook/ladder.py).
"""

import _thread
import builtins
import contextlib
import dis
import functools
import inspect
import io
import re
import signal
import threading
import time
import types
import warnings
from dataclasses import dataclass, field

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
SETTING = 8  # numbers that a list or an array of the notebook may hold and still be a setting
LruCached = type(functools.lru_cache(len))
PACE_ROWS = (1_000, 3_000, 10_000, 30_000, 100_000)
# The time of this thread alone: what else the machine does matters less.
CLOCK = time.thread_time if time.get_clock_info("thread_time").resolution < 1e-4 else time.perf_counter
RING_AGAIN = 0.25  # seconds after which a probe that takes too long is interrupted once more
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
        return dict(vars(self))

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
    scope = {**namespace, **_own_tools(names), **inputs, "__builtins__": builtins}
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught, _quiet(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("default")  # each text once a place: a loop may warn a million times
        try:
            with _time_limit(seconds):
                found = eval(probe.expression, scope)
                value, error, state = plain.encode(found), None, "answered"
            if inspect.iscoroutine(found):
                found.close()  # else Python complains later that nobody awaited it
        except ProbeTimeout:
            value, error, state = None, None, "timeout"
        except NotImplementedError as problem:
            value, error = None, _describe_error(problem)
            state = "unwritten" if error["where"].split(".")[0] in (*names, "<module>") else "raised"
        except BaseException as problem:  # also SystemExit, an interrupt by hand, and classes of the student's own
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
    """Yield the Answer to each (names, Probe). After one that takes too long, or that a person interrupts, the others
    are not asked any more.
    """
    last = None
    for names, probe in questions:
        answer = last or ask(probe, names, namespace, seconds)
        interrupted = answer.state == "raised" and answer.error["type"] == "KeyboardInterrupt"
        last = answer if answer.state == "timeout" or interrupted else None
        yield answer


def _own_tools(names):
    """What the expressions of probes are written with, under its own name whatever the notebook calls so."""
    tools = {"np": np, "pd": pd, "pace": pace, **{key: tool for key, tool in vars(builtins).items() if key[0] != "_"}}
    return {name: tool for name, tool in tools.items() if name not in names}


def pace(function, make, line, budget=0.04):
    """Measure how much longer `function` takes than `line` on the same rows: [rows, times as long, seconds], or None
    for a function without a Python loop.

    make(n): the arguments with n rows. line: one line of NumPy that reads them too. The largest of the sizes counts
    that is expected to stay within `budget` seconds.
    """
    if not has_loop(function):
        return None
    before = None
    for position, rows in enumerate(PACE_ROWS):
        arguments = make(rows)
        taken = _shortest(function, arguments, budget)
        growth = 10.0 if before is None else max(taken / max(before, 1e-7), 3.4)  # code may grow with the square of n
        before = taken
        if position + 1 == len(PACE_ROWS) or taken * growth > budget:
            return [rows, taken / max(_shortest(line, arguments, budget), 1e-6), taken]


def _shortest(function, arguments, budget, repeats=3):
    """The shortest of a few runs; of one, where that is long."""
    best = float("inf")
    for _ in range(repeats):
        start = CLOCK()
        function(*arguments)
        best = min(best, CLOCK() - start)
        if best > budget / 4:
            break
    return best


def _function_in(value):
    """The Python function behind a value: out of decorators, partials, methods and callable objects; else None."""
    for _ in range(20):
        if isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(value, functools.partial):
            value = value.func
        elif isinstance(value, np.vectorize):
            value = value.pyfunc
        elif isinstance(value, (types.FunctionType, LruCached)) and hasattr(value, "__wrapped__"):
            value = value.__wrapped__
        else:
            break
    if not isinstance(value, (types.FunctionType, type)):
        value = getattr(type(value), "__call__", None)  # noqa: B004 - the method is wanted, not whether there is one
    return value if isinstance(value, types.FunctionType) else None


@functools.lru_cache(maxsize=256)  # the same few functions are looked at with every probe
def _steps(code):
    """The instructions of a code object."""
    return tuple(dis.get_instructions(code))


def is_empty(value):
    """True for a function whose body is only a docstring, `pass` or `...`: nothing was written yet."""
    if not isinstance(value, types.FunctionType):
        return False
    code = value.__code__
    steps = {step.opname for step in _steps(code)}
    return steps <= NO_STEPS and set(code.co_consts) <= {None, ..., value.__doc__}


def has_loop(value):
    """True for a function with a `for` or `while` loop or a comprehension, in itself or in the functions it calls."""
    functions = [_function_in(value)]
    for function in filter(None, functions):
        codes = [function.__code__]
        for code in codes:
            codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
        steps = [step for code in codes for step in _steps(code)]
        if any(step.opname in ("FOR_ITER", "JUMP_BACKWARD") for step in steps):
            return True
        called = (function.__globals__.get(step.argval) for step in steps if step.opname == "LOAD_GLOBAL")
        functions += [
            other
            for other in called
            if isinstance(other, types.FunctionType)
            and other.__globals__ is function.__globals__
            and other not in functions
        ]
    return False


def data_read_by(names, namespace):
    """Arrays, tables and lists of the notebook that the functions called `names` read besides their arguments.

    A short list or array is a setting and not data, unless it stands in for an argument that the function never uses.
    """
    found = []
    for name in names:
        function = _function_in(namespace.get(name))
        if function is None:
            continue
        code = function.__code__
        steps = _steps(code)
        used = {step.argval for step in steps if step.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE"))}
        idle = not {*code.co_varnames[: code.co_argcount]} <= used | {*code.co_cellvars}
        read = (step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"))
        found += [other for other in read if _is_data(namespace.get(other), 1 if idle else SETTING + 1)]
    return tuple(dict.fromkeys(found))


def _is_data(value, least):
    if isinstance(value, (np.ndarray, pd.DataFrame, pd.Series)):
        return value.size >= least
    return isinstance(value, list) and len(value) >= least


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
    try:
        message = re.sub(r" at 0x[0-9a-f]+", "", str(problem))
    except Exception:  # an exception of the student's own that can't be printed
        message = ""
    return {"type": type(problem).__name__[:MESSAGE_LIMIT], "message": message[:MESSAGE_LIMIT], "where": where}


class _Void(io.TextIOBase):
    """A stream that forgets, so that a flood of prints fills no memory."""

    encoding = "utf-8"

    def writable(self):
        return True

    def write(self, text):
        return len(text)


@contextlib.contextmanager
def _quiet():
    with contextlib.redirect_stdout(_Void()), contextlib.redirect_stderr(_Void()):
        yield


@contextlib.contextmanager
def _time_limit(seconds):
    """Interrupt the block after `seconds`; without effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
    elif hasattr(signal, "SIGALRM"):
        with _alarm(seconds):
            yield
    else:
        with _interrupt_after(seconds):
            yield


@contextlib.contextmanager
def _alarm(seconds):
    with _raised_by(signal.SIGALRM, lambda: True, lambda: signal.setitimer(signal.ITIMER_REAL, 0)):
        signal.setitimer(signal.ITIMER_REAL, seconds, RING_AGAIN)
        yield


@contextlib.contextmanager
def _interrupt_after(seconds):
    """The same for Windows, which has no alarm: another thread presses Stop. It ends loops in Python, not in C."""
    ended, fired = threading.Event(), threading.Event()

    def press():
        pause = seconds
        while not ended.wait(pause):
            fired.set()
            _thread.interrupt_main()
            pause = RING_AGAIN

    def end():
        ended.set()
        hand.join()

    hand = threading.Thread(target=press, daemon=True)
    with _raised_by(signal.SIGINT, fired.is_set, end):
        hand.start()
        yield


@contextlib.contextmanager
def _raised_by(number, too_long, end):
    """Let a signal raise ProbeTimeout in the block, or KeyboardInterrupt when it comes before it is `too_long`.

    It comes again and again until `end()`, for an exception raised in a `__del__` or a bare `except:` is lost.
    """
    waiting = [True]

    def stop(*_):
        if waiting:
            raise ProbeTimeout if too_long() else KeyboardInterrupt

    previous = signal.signal(number, stop)
    try:
        try:
            yield
        finally:
            waiting.clear()
    finally:  # reached as well when it comes between the end of the block and the line above
        waiting.clear()
        end()
        signal.signal(number, previous)

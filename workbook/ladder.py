"""The ladder: from the answers to a task's probes to a verdict that says what to do next.

exists → attempted → runs → type → shape → finite → values → behaviour. Every probe climbs on its own and stops
at its first broken rung; the verdict lists them all. This module is pure: it compares plain data with a table of
expected results. The notebook brings the frozen table of the task, the grader a fresh one.

A table is a dictionary:
    task, names      the task and the names that the student defines
    points           {part: points}, in the order in which the parts are earned
    probes           [{part, about, expression, inputs, expected, compare, rtol, atol, slack, faults, edge, silent,
                     also, between, pace}]; slack: absolute tolerances, one an element; also: further results that
                     are right; between: two expressions, between whose answers the largest absolute difference is
                     what is expected; pace: the answer says how slow the code is, and costs nothing
    mistakes         {name: {cause, next}}: what to say when a known mistake is recognised
    independent      True when each part is earned on its own and not only after those before it
    wrong_versions   [{mistake, loses, answers}]: the part that a known wrong version loses, and its answers up to there
"""

import re
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from workbook import plain

STATES = ("passed", "partial", "failed", "not attempted", "can't compare")
RTOL, ATOL = 1e-6, 1e-10  # some sixteen roundings to single precision
BY_HAND = "Compute the case shown by hand and compare it with your code step by step."
SLOW_TIMES, SLOW_SECONDS = 20, 0.005  # what it takes for a remark on speed
FACTOR_SPREAD = 0.01
SIZES = re.compile(r"shape|size|dimension|length|aligned|broadcast|unpack|inconsistent numbers|[Ii]ndex|\bfeatures\b")
DIAGNOSIS = "diagnosis"  # the part of probes that cost nothing and only help to recognise a mistake


@dataclass(frozen=True)
class Rung:
    """One step of the ladder for one probe (or for all of them, when everything passed)."""

    name: str
    part: str
    passed: bool
    about: str = ""
    shown: str = ""  # the inputs, as text
    found: str = ""
    expected: str = ""
    cause: str = ""
    next_step: str = ""
    case: int | None = None  # which probe of the table it was


@dataclass(frozen=True)
class Verdict:
    """The result of a task: state, score of points, every rung, and the mistake if one was recognised."""

    task: str
    state: str
    score: float
    points: float
    rungs: tuple = ()
    mistake: str | None = None
    hint: str | None = None
    remarks: tuple = ()

    @property
    def passed(self):
        return self.state == "passed"


def climb(table, answers):
    """Judge `answers`, one Answer a probe of `table`, and return the Verdict."""
    asked = list(zip(table["probes"], answers, strict=True))
    paces = [answer for probe, answer in asked if probe.get("pace")]
    table = table | {"probes": [probe for probe, _ in asked if not probe.get("pace")]}
    answers = [answer for probe, answer in asked if not probe.get("pace")]
    blank = _not_attempted(table, answers)
    if blank:
        return blank
    table = table | {"probes": [_follow(probe, table, answers) for probe in table["probes"]]}
    pairs = list(zip(table["probes"], answers, strict=True))
    climbed = [(i, _climb_probe(*pair)) for i, pair in enumerate(pairs) if pair[0]["part"] != DIAGNOSIS]
    broken = [replace(rung, case=i) for i, rung in climbed if rung]
    broken += _state_kept(table, answers)
    failures = [rung for rung in broken if rung.part]
    failures += _rounded_parts(table, answers, {rung.part for rung in failures})
    notes = [f"{rung.about}: {rung.found}. {rung.next_step}" for rung in broken if not rung.part]
    lost = {rung.part for rung in failures}
    earned, rungs = 0.0, []
    climbing = True
    for part, worth in table["points"].items():
        climbing = part not in lost and (climbing or table.get("independent", False))
        if climbing:
            earned += worth
            rungs.append(Rung(part, part, True))
    order = list(table["points"])
    failures.sort(key=lambda rung: order.index(rung.part))  # within a part, the first case is the easiest to read
    total = float(sum(table["points"].values()))
    state = "passed" if not failures else "partial" if earned else "failed"
    mistake = _recognise(table, answers, failures) if failures else None
    told = table["mistakes"].get(mistake, {})
    if told:
        failures[0] = replace(failures[0], cause=told["cause"], next_step=told["next"] or BY_HAND)
    elif failures and not failures[0].next_step:
        failures[0] = replace(failures[0], next_step=BY_HAND)
    hint = " ".join(filter(None, (failures[0].cause, failures[0].next_step))) if failures else None
    rungs += failures
    return Verdict(
        table["task"],
        state,
        earned,
        total,
        tuple(rungs),
        mistake,
        hint,
        tuple(notes) + _remarks(table, pairs) + (() if failures else _pace_remarks(paces)),
    )


# --- one probe ---------------------------------------------------------------------------------------------


def _follow(probe, table, answers):
    """The probe, its expected result taken from the student's own answers where it has `between`."""
    if "between" not in probe:
        return probe
    given = {row["expression"]: answer.value for row, answer in zip(table["probes"], answers, strict=True)}
    one, two = (plain.numbers(given.get(expression)) for expression in probe["between"])
    if one is None or two is None or one.shape != two.shape or one.size == 0:
        return probe
    with np.errstate(all="ignore"):
        apart = float(np.abs(one - two).max())
    return probe | {"expected": plain.encode(apart)} if np.isfinite(apart) else probe


def _accepted(probe):
    """The probe once for each result that is right."""
    return [probe | {"expected": result} for result in (probe["expected"], *probe.get("also", ()))]


def _climb_probe(probe, answer):
    """The first broken rung of a probe, or None."""
    rungs = [_climb_to(one, answer) for one in _accepted(probe)]
    return None if None in rungs else rungs[0]


def _broken(probe, name, found, wanted="", cause="", next_step=""):
    """A broken rung; an error in an edge case belongs to no part and costs nothing."""
    part = "" if probe.get("edge") and name == "runs" else probe["part"]
    return Rung(name, part, False, probe.get("about", ""), _show(probe), found, wanted, cause, next_step)


def _climb_to(probe, answer):
    """The first broken rung on the way to the one result in `expected`, or None."""
    broken, expected = partial(_broken, probe), probe["expected"]
    if answer.state == "timeout":
        return broken(
            "runs",
            f"no answer within {answer.seconds:.0f} seconds",
            "an answer well within a second",
            "A loop may never end.",
            "Check the condition that ends your loop.",
        )
    if answer.state in ("raised", "unwritten", "missing"):
        return broken("runs", *_explain_error(answer, probe))
    found = answer.value
    if found["kind"] == "none":
        return broken(
            "type",
            "None",
            plain.describe(expected),
            "The function ends without `return`, or returns a `print(...)`.",
            "Return the result.",
        )
    if expected["kind"] in ("text", "items", "dict", "none", "bool") or expected.get("dtype") == "text":
        return None if _same(probe, answer) else broken("values", plain.describe(found), plain.describe(expected))
    return _climb_numbers(probe, found, broken) or _climb_behaviour(probe, answer, broken)


def _climb_numbers(probe, found, broken):
    """type → shape → finite → values"""
    expected = probe["expected"]
    values, wanted = plain.numbers(found), plain.numbers(expected)
    if values is None:
        return broken(
            "type",
            plain.describe(found),
            "one number" if wanted.ndim == 0 else f"an array of numbers with shape {wanted.shape}",
            next_step="Return numbers.",
        )
    if values.shape != wanted.shape:
        return broken(
            "shape",
            _shape_in_words(values.shape) + f": {plain.describe(found)}",
            _shape_in_words(wanted.shape),
            next_step="Look at the `.shape` of each step.",
        )
    if not np.isfinite(values).all() and np.isfinite(wanted).all():
        row = _first(~np.isfinite(values))
        return broken(
            "finite",
            f"{values[row]}{_at(row)}",
            "finite numbers",
            "A division by zero, a logarithm of zero or an overflow.",
            "Compute that row by hand and see where it leaves the finite numbers.",
        )
    if probe.get("compare") == "at least":
        if not (values >= wanted * (1 - 1e-9)).all():
            return broken("values", plain.describe(found), f"at least {plain.describe(expected)}")
    elif not _close(probe, values, wanted):
        row = _first(~_isclose(probe, values, wanted))
        ours, theirs = _tell_apart(float(values[row]), float(wanted[row]))
        return broken("values", ours + _at(row), theirs + _at(row))
    return None


def _climb_behaviour(probe, answer, broken):
    """inputs unchanged → no warning"""
    if answer.changed:
        names = ", ".join(f"`{name}`" for name in answer.changed)
        return broken(
            "inputs unchanged",
            f"{names} was changed by the call",
            "inputs as they were before",
            "An assignment to the argument itself, such as `x[...] = ` or `x += `.",
            "Work on a new array: `x = x + 1` makes one, `x += 1` does not.",
        )
    forbidden = probe.get("forbid")
    if forbidden and any(forbidden in text for text in answer.warnings):
        return broken("no warning", f"the warning “{answer.warnings[0]}”", f"no {forbidden} warning")
    return None


def _explain_error(answer, probe):
    if answer.state == "missing":
        return f"{_quoted(answer.missing)} not defined", "", "", "Define what is missing and run its cell."
    error = answer.error or {"type": "Error", "message": "", "where": ""}
    found = f"{error['type']}: {error['message']}".rstrip(": ")
    if answer.state == "unwritten" or error["type"] == "NotImplementedError":
        return found, "", "It uses something that is not written yet.", f"Write `{error['where']}` first."
    if error["type"] == "NameError":
        cause = "A misspelt name, a missing import, or a variable that is neither an argument nor made in the function."
        return found, "", cause, "Define the name, or use the arguments of the function instead."
    return (
        found,
        plain.describe(probe["expected"]),
        "",
        "Run the call yourself and read the traceback upwards.",
    )


def _quoted(names):
    quoted = [f"`{name}`" for name in names.split(", ")]
    return ", ".join(quoted) + (" is" if len(quoted) == 1 else " are")


def _isclose(probe, values, wanted):
    """Which elements are right. `values` and `wanted` have the same shape."""
    atol = probe.get("atol", ATOL)
    if "slack" in probe and np.size(probe["slack"]) == wanted.size:
        atol = np.maximum(np.reshape(probe["slack"], wanted.shape), atol)
    return np.isclose(values, wanted, probe.get("rtol", RTOL), atol, equal_nan=True)


def _close(probe, values, wanted):
    return bool(_isclose(probe, values, wanted).all())


def _same(probe, answer):
    """Equality of data that is not numbers: texts, names, truth values and mixed lists."""
    return _same_plain(probe, answer.value, probe["expected"])


def _same_plain(probe, found, wanted):
    if wanted["kind"] == "bool":
        return found["kind"] in ("bool", "number") and bool(found["value"]) == wanted["value"]
    if (wanted["kind"] == "array" and wanted.get("dtype") == "text") or found.get("dtype") == "text":
        both = found.get("dtype") == wanted.get("dtype") == "text"
        return both and found["values"] == wanted["values"]
    values, target = plain.numbers(found), plain.numbers(wanted)
    if target is not None:
        return values is not None and values.shape == target.shape and _close(probe, values, target)
    if found["kind"] != wanted["kind"]:
        return False
    if wanted["kind"] == "items":
        same_length = len(found["items"]) == len(wanted["items"])
        return same_length and all(
            _same_plain(probe, a, b) for a, b in zip(found["items"], wanted["items"], strict=True)
        )
    if wanted["kind"] == "dict":
        ours, theirs = dict(found["items"]), dict(wanted["items"])
        return ours.keys() == theirs.keys() and all(_same_plain(probe, ours[k], theirs[k]) for k in theirs)
    return found.get("value") == wanted.get("value")


def _tell_apart(found, wanted):
    """Two numbers as short texts, with as many digits as it takes to see the difference."""
    if plain.short(found) != plain.short(wanted):
        return plain.short(found), plain.short(wanted)
    return f"{found:.12g}", f"{wanted:.12g}"


def _first(failing):
    """Index of the first True (an empty tuple for a single number)."""
    return tuple(int(i) for i in np.argwhere(failing)[0]) if failing.ndim else ()


def _at(row):
    if not row:
        return ""
    return f" in row {row[0]}" + (f", column {row[1]}" if len(row) > 1 else "")


def _shape_in_words(shape):
    if shape == ():
        return "one number"
    if len(shape) == 1:
        return f"one value per row {shape}"
    return f"an array of shape {shape}"


def _show(probe):
    """The call with its inputs as text; nothing for an expression that only prepares a comparison."""
    if "np." in probe["expression"] or len(probe["expression"]) > 100:
        return ""
    parts = [probe["expression"]]
    for name, value in probe.get("inputs", {}).items():
        parts.append(f"{name} = {plain.describe(value)}")
    return "; ".join(parts)


# --- all probes of a task ----------------------------------------------------------------------------------


def _not_attempted(table, answers):
    """The verdict for a blank: nothing is there, or the stub was never replaced."""
    if not all(answer.state in ("missing", "unwritten") for answer in answers):
        return None
    first = answers[0]
    if first.state == "missing" and len(first.missing.split(", ")) < len(table["names"]):
        return None  # some of the names are there
    total = float(sum(table["points"].values()))
    if first.state == "missing":
        found, step = (
            f"{_quoted(first.missing)} not defined",
            "Write your code in the cell above and run that cell.",
        )
    else:
        found, step = "the cell still holds its placeholder", "Replace the placeholder line with your code."
    rung = Rung("attempted", next(iter(table["points"])), False, found=found, next_step=step)
    return Verdict(table["task"], "not attempted", 0.0, total, (rung,), hint=step)


def _rounded_parts(table, answers, lost):
    """A broken rung for each part whose answers are close only because they are the right ones, rounded."""
    for part in table["points"]:
        if part not in lost and _is_rounded(table, answers, part):
            yield Rung("values", part, False, "all answers", "", "rounded values", "the full numbers")


def _state_kept(table, answers):
    """The same probe asked twice must be answered the same."""
    first = {}
    rungs = []
    for index, probe in enumerate(table["probes"]):
        key = (probe["expression"], repr(probe.get("inputs")))
        if key not in first:
            first[key] = index
            continue
        one, two = answers[first[key]], answers[index]
        if one.state == two.state == "answered" and not _same_plain(probe, one.value, two.value):
            rungs.append(
                Rung(
                    "same answer twice",
                    probe["part"],
                    False,
                    probe.get("about", ""),
                    _show(probe),
                    f"{plain.describe(one.value)}, then {plain.describe(two.value)}",
                    "the same answer to the same question",
                    "Something is kept from call to call, such as a list or a counter outside the function.",
                    "Create everything that the function changes inside the function.",
                )
            )
    return rungs


def first_lost_part(table, rungs):
    """The first part, in the order in which parts are earned, that has a broken rung; None without one."""
    lost = {rung.part for rung in rungs if not rung.passed}
    return next((part for part in table["points"] if part in lost), None)


def _recognise(table, answers, failures):
    """The name of the one known mistake that explains the answers, or None.

    Only the first lost part and the parts before it are compared: what breaks later rungs is another matter.
    """
    parts = list(table["points"])
    first_lost = first_lost_part(table, failures)
    relevant = set(parts[: parts.index(first_lost) + 1])
    where = [
        i
        for i, probe in enumerate(table["probes"])
        if (probe["part"] in relevant or probe["part"] == DIAGNOSIS) and not (probe.get("edge") or probe.get("silent"))
    ]
    versions = table.get("wrong_versions", ())
    seen = [table["probes"][i] for i in where]
    told_apart = any(_climb_probe(probe, answers[i]) for probe, i in zip(seen, where, strict=True))
    if not told_apart and not any(probe["part"] == DIAGNOSIS or probe.get("compare") == "at least" for probe in seen):
        versions = ()  # only silent probes are broken, and any version that breaks nothing else would fit
    names = {
        version["mistake"]
        for version in versions
        if _equals_version(table["probes"], answers, version, where) and version["loses"] == first_lost
    }
    if names == {"hard-coded n or k"} and any(answer.reads for answer in answers):
        return "reads a global"  # the number comes from data of the notebook
    if len(names) == 1:
        return names.pop()
    if names:
        return None
    return _name_by_evidence(table, answers, failures, first_lost)


def _name_by_evidence(table, answers, failures, first_lost):
    """A name that follows from what was seen and not from equal values."""
    here = [rung for rung in failures if rung.part == first_lost]
    kinds = {rung.name for rung in here}
    if kinds == {"inputs unchanged"}:
        return "input changed in place"
    if "same answer twice" in kinds and kinds <= {"same answer twice", "values"} and _starts_right(table, answers):
        return "keeps state"
    if fault := _common_fault(table, answers, first_lost):
        return fault
    if kinds == {"type"} and all(rung.found == "None" for rung in here) and _asks_calls(table, first_lost):
        return "nothing returned"
    if kinds <= {"values", "shape"} and _is_rounded(table, answers, first_lost):
        return "rounded"
    if kinds <= {"values", "shape", "runs"}:
        if any(answer.reads for answer in answers):
            return "reads a global"
        if _fits_one_size(table, answers, first_lost):
            return "hard-coded n or k"
    return None


def _asks_calls(table, part):
    """True when the questions of a part call what the student defined: a variable returns nothing anyway."""
    calls = tuple(f"{name}(" for name in table["names"])
    return all(probe["expression"].startswith(calls) for probe in table["probes"] if probe["part"] == part)


def _common_fault(table, answers, part):
    """The one mistake that explains every broken rung of the part by the `faults` of its probe, or None."""
    pairs = [
        (probe, answer, _climb_probe(probe, answer)) for probe, answer in zip(table["probes"], answers, strict=True)
    ]
    names = {_fault(probe, answer, rung) for probe, answer, rung in pairs if rung and rung.part == part}
    return names.pop() if len(names) == 1 else None


def _fits_one_size(table, answers, part):
    """True when a part is answered rightly for one number of rows or columns only.

    For smaller sizes the code must break, as one does that reads a row or column which isn't there.
    """
    if any(answer.error and not _is_of_size(answer.error) for answer in answers):
        return False
    seen = []
    for probe, answer in zip(table["probes"], answers, strict=True):
        arrays = [value["shape"] for _, value in sorted(probe["inputs"].items()) if value["kind"] == "array"]
        rung = _climb_probe(probe, answer)
        if rung and rung.name == "shape" and not _is_of_axes(probe, answer):
            return False
        if probe["part"] == part and not probe.get("edge"):
            seen.append(([size for shape in arrays for size in shape], rung and rung.name))
    if len({len(sizes) for sizes, _ in seen}) != 1:
        return False
    for axis in range(len(seen[0][0])):
        right = {sizes[axis] for sizes, broken in seen if not broken}
        wrong = {(sizes[axis], broken) for sizes, broken in seen if broken}
        if len(right) != 1 or right == {1} or right & {size for size, _ in wrong}:
            continue
        fits = right.pop()
        if all(broken in ("runs", "shape") or (broken == "values" and size > fits) for size, broken in wrong):
            return any(broken in ("runs", "shape") for _, broken in wrong)
    return False


def _is_of_axes(probe, answer):
    """True when an answer has as many axes as is expected, if of another length."""
    return len(answer.value.get("shape", ())) == len(probe["expected"].get("shape", ()))


def _is_of_size(error):
    """True for an error that sizes bring about: an index that is out of bounds, shapes that don't fit together."""
    return error["type"] == "IndexError" or bool(SIZES.search(error["message"]))


def _starts_right(table, answers):
    """True when the first question of all is answered rightly: what goes wrong later was kept from then."""
    return _climb_probe(table["probes"][0], answers[0]) is None


def _fault(probe, answer, rung):
    """The mistake that a probe's own `faults` give for this broken rung: {rung or rung:detail: mistake}.

    The detail of an error is its type, and a word of its message where the type alone could mean anything.
    """
    faults = probe.get("faults") or {}
    if rung.name == "shape":
        values = plain.numbers(answer.value)
        shape = "x".join(map(str, values.shape))
        wanted = plain.numbers(probe["expected"])
        if values.size == wanted.size and not np.allclose(np.ravel(values), np.ravel(wanted), RTOL, ATOL):
            return None  # the values are wrong besides
        return faults.get(f"shape:{shape}", faults.get("shape"))
    if rung.name == "runs" and answer.error:
        kind, message = answer.error["type"], answer.error["message"]
        told = (name for key, name in faults.items() if _is_error(key.split(":"), kind, message))
        return next(told, faults.get("runs"))
    return faults.get(rung.name)


def _is_error(detail, kind, message):
    return len(detail) > 1 and detail[:2] == ["runs", kind] and all(word in message for word in detail[2:])


def _is_rounded(table, answers, part):
    """True when every answer of the part is the expected value rounded to the same few decimals."""
    pairs = []
    for probe, answer in zip(table["probes"], answers, strict=True):
        if probe["part"] != part or answer.state != "answered" or probe.get("compare") == "at least":
            continue
        values, wanted = plain.numbers(answer.value), plain.numbers(probe["expected"])
        if values is None or wanted is None or values.shape != wanted.shape:
            return False
        if not np.allclose(values, np.round(values, 9), rtol=0, atol=1e-13):  # nor to fewer
            return False
        pairs.append((values, wanted))
    for decimals in range(1, 10):
        rounded = [(values, wanted, np.round(wanted, decimals)) for values, wanted in pairs]
        same = all(np.allclose(values, target, rtol=0, atol=1e-13) for values, _, target in rounded)
        if same and any((abs(wanted - target) > 1e-11).any() for _, wanted, target in rounded):
            return True
    return False


def _equals_version(probes, answers, version, where):
    """True when the answers to the probes `where` are those of a known wrong version.

    A version with a `factor` (low, high) is known up to one constant in that range, such as the logarithm of the
    number that probabilities were clipped at.
    """
    if "factor" not in version:
        return all(_answers_alike(probes[i], answers[i], version["answers"][i]) for i in where)
    own = [version["answers"][i] for i in where]
    own = [probes[i]["expected"] if a == "right" else a and a.get("value") for i, a in zip(where, own, strict=True)]
    pairs = [(plain.numbers(answers[i].value), plain.numbers(value)) for i, value in zip(where, own, strict=True)]
    if any(found is None or own is None or found.shape != own.shape for found, own in pairs):
        return False
    found, own = (np.concatenate([np.ravel(side) for side in sides]) for sides in zip(*pairs, strict=True))
    low, high = version["factor"]
    if not np.isfinite(found).all() or not (own != 0).any():
        return False
    factors = found[own != 0] / own[own != 0]
    same = factors.max() - factors.min() <= FACTOR_SPREAD * abs(factors).max()
    return bool(same and low <= factors.min() and factors.max() <= high and (abs(found[own == 0]) < 1e-3).all())


def _answers_alike(probe, answer, version):
    """True when a student's answer equals that of a known wrong version ("right": the expected result; None: unknown,
    since it loses an earlier part).
    """
    if version is None:
        return False
    if version == "right":
        rights = [(one, {"state": "answered", "value": one["expected"]}) for one in _accepted(probe)]
        return any(_answers_alike(one, answer, right) for one, right in rights)
    if answer.state != version["state"]:
        return False
    if answer.state != "answered":
        return answer.state != "raised" or _error_kind(answer.error) == _error_kind(version["error"])
    if set(answer.changed) != set(version.get("changed", ())):
        return False
    forbidden = probe.get("forbid")
    if forbidden:
        warned = [any(forbidden in w for w in side) for side in (answer.warnings, version.get("warnings", ()))]
        if warned[0] != warned[1]:
            return False
    return _same_plain(probe, answer.value, version["value"])


def _error_kind(error):
    """What two errors of the same cause share: type, words and sizes, in whatever order and version of NumPy."""
    words = re.sub(r"\d+", "#", error["message"])
    if "arrays can be converted to Python scalars" in words:
        words = "an array where one number is wanted"
    return error["type"], words, sorted(re.findall(r"\d+", error["message"]))


def _remarks(table, pairs):
    """Friendly notes that cost nothing."""
    notes = []
    looped = any(answer.loops for _, answer in pairs)
    notes.append(table.get("remark_with_loop" if looped else "remark_without_loop"))
    warned = [text for _, answer in pairs for text in answer.warnings]
    if warned:
        notes.append(f"Python warned: “{warned[0]}”.")
    for probe, answer in pairs:
        found = answer.value or {}
        is_truth = found.get("kind") == "bool" or found.get("dtype") == "bool"
        if is_truth and probe["expected"]["kind"] in ("number", "array") and probe["expected"].get("dtype") != "bool":
            notes.append("You returned True/False where 0/1 is asked for; that counts, as True equals 1.")
            break
    return tuple(dict.fromkeys(filter(None, notes)))


def _pace_remarks(answers):
    """What was measured, where right code is much slower than it need be."""
    for answer in answers:
        measured = plain.numbers(answer.value)
        if measured is None or measured.shape != (3,) or not np.isfinite(measured).all():
            continue
        rows, times, seconds = measured
        if times >= SLOW_TIMES and seconds >= SLOW_SECONDS:
            return (
                f"Right, and slow: on {rows:,.0f} rows your code took {float(f'{times:.2g}'):,.0f} times as long as "
                "one line of NumPy that reads the same rows. An operation on whole arrays does the loop for you.",
            )
    return ()

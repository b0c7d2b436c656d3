"""Two known mistakes in one answer: recognised as one of the two or as none, never as a third."""

import inspect
import warnings

import numpy as np
import pytest

from autograder import judge, tasks
from workbook import plain

PAIRS, SEED = 4, 4  # for each task
TASKS = [task for task in tasks.all_tasks().values() if task.model]
FUNCTIONS = [task.name for task in TASKS if not task.is_variable and not inspect.isclass(task.model)]
VARIABLES = [task.name for task in TASKS if task.is_variable]


def pairs(task, count=PAIRS):
    """Some pairs of known mistakes of different names."""
    rng = np.random.default_rng(SEED)
    versions = [version for version in task.mistakes if not version.factor]
    while count:
        one, other = (versions[i] for i in rng.choice(len(versions), 2, replace=False))
        if one.name != other.name:
            count -= 1
            yield one, other


def fresh(arguments):
    return [value.copy() if hasattr(value, "copy") else value for value in arguments]


def numbers(function, arguments):
    return np.asarray(function(*fresh(arguments)), dtype=float)


def both_errors(right, one, other):
    """What is added by one mistake is added by the other, too."""

    def answer(*arguments):
        return numbers(one, arguments) + numbers(other, arguments) - numbers(right, arguments)

    return answer


def both_factors(right, one, other):
    """What one mistake multiplies the result with, the other multiplies once more."""

    def answer(*arguments):
        wanted = numbers(right, arguments)
        with np.errstate(all="ignore"):
            return np.where(wanted == 0, 0, numbers(one, arguments) * numbers(other, arguments) / wanted)

    return answer


def by_turns(right, one, other):
    """One mistake for some inputs, the other for the rest."""

    def answer(*arguments):
        digits = sum(
            round(1000 * float(np.abs(np.asarray(v, dtype=float)).sum())) for v in arguments if not callable(v)
        )
        return (one if digits % 7 < 3 else other)(*arguments)

    return answer


def verdict(task, namespace):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return judge.in_namespace(task, namespace)


def third_names(task, one, other, found):
    """What is wrong with the verdict on a pair: nothing in nearly all cases."""
    if found.passed or found.mistake in (None, one.name, other.name):
        return []
    return [(task.name, one.name, other.name, found.mistake)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_pair_gets_no_third_name(name):
    task, wrong = tasks.find(name), []
    for one, other in pairs(task):
        for compose in (both_errors, both_factors, by_turns):
            found = verdict(task, {name: compose(task.model, one.make, other.make)})
            wrong += third_names(task, one, other, found)
            assert found.passed or found.hint
    assert wrong == []


@pytest.mark.parametrize("name", VARIABLES)
def test_a_pair_of_wrong_variables_gets_no_third_name(name):
    task, wrong = tasks.find(name), []
    context = task.example(np.random.default_rng(judge.SEED))
    right = task.namespace(task.model, context)
    for one, other in pairs(task):
        namespace = dict(right)
        for version in (one, other):
            made = task.namespace(version.make, context)
            namespace |= {key: value for key, value in made.items() if differs(value, right.get(key))}
        wrong += third_names(task, one, other, verdict(task, namespace))
    assert wrong == []


def differs(value, other):
    return value is not other and (plain.encode(value) != plain.encode(other) or plain.encode(value)["kind"] == "other")


def test_a_pair_of_wrong_methods_gets_no_third_name():
    task, wrong = tasks.find("LogisticRegressionScratch"), []
    for one, other in pairs(task, 30):
        own = {key: value for key, value in vars(other.make).items() if not key.startswith("__")}
        both = type("Both", (one.make,), own)
        wrong += third_names(task, one, other, verdict(task, {task.name: both}))
    assert wrong == []

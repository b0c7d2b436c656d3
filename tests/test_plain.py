"""Plain data: what a value becomes on the wire, and what malformed data is worth."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workbook import plain


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=12)))
def test_arrays_survive_the_wire(array):
    wire = json.loads(json.dumps(plain.encode(array)))
    np.testing.assert_array_equal(plain.decode(wire), array)


@given(st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=50), st.lists(st.floats(), max_size=5)))
def test_values_survive_the_wire(value):
    assert repr(plain.decode(json.loads(json.dumps(plain.encode(value))))) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        pd.Series([1.0, 2.0], name="p"),
        pd.DataFrame({"a": [1.0, 2.0], "b": [0.5, 1.5]}),
        (0.5, 3),
        (np.array([1.0, 2.0]), 4),
        {"loss": 0.5, "names": ["a", "b"]},
    ],
    ids=lambda value: type(value).__name__,
)
def test_containers_keep_their_type(value):
    back = plain.decode(plain.encode(value))
    assert type(back) is type(value)
    assert repr(back) == repr(value) or isinstance(value, tuple)


class Liar(float):
    """A number that equals everything."""

    def __eq__(self, other):
        return True

    __hash__ = None


def test_a_lying_object_is_only_its_number():
    assert plain.encode(Liar(0.25))["value"] == 0.25
    assert plain.encode(object()) == {"kind": "other", "type": "object"}


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {"kind": "array", "type": "ndarray", "shape": [10**9, 10**9], "dtype": "float64", "values": []},
        {"kind": "array", "type": "ndarray", "shape": [-1], "dtype": "float64", "values": []},
        {"kind": "array", "type": "ndarray", "shape": [2], "dtype": "object", "values": [1, 2]},
        {"kind": "array", "type": "ndarray", "shape": [3], "dtype": "float64", "values": [1, 2]},
        {"kind": "array", "type": "ndarray", "shape": [1], "dtype": "float64", "base64": "not base64"},
        {"kind": "number", "type": "float", "value": "1"},
        {"kind": "code", "value": "import os"},
    ],
)
def test_malformed_data_is_refused(wire):
    with pytest.raises((ValueError, TypeError)):
        plain.decode(wire)


def test_descriptions_are_short_and_say_the_shape():
    assert plain.describe(plain.encode(np.arange(7.0))) == "[0, 1, 2, 3, 4, …] with shape (7,)"
    assert plain.describe(plain.encode(np.array([[0.5, 1.0]]))) == "[[0.5, 1]]"
    assert plain.describe(plain.encode(None)) == "None"

"""Plain data: a value as JSON, and back.

What a student's code returns is compared as plain data, never as the object itself: an object can lie
about being equal, numbers can't. The same form carries values between the grader and the process that
runs a submission, so nothing here trusts what it reads.
"""

import base64
import math

import numpy as np
import pandas as pd

TEXT_LIMIT = 10_000  # characters of a text that are kept
ITEM_LIMIT = 200  # items of a mixed list or dictionary that are kept
SIZE_LIMIT = 4_000_000  # numbers in one array
DEPTH_LIMIT = 20  # lists within lists
SIDES_LIMIT = 32  # dimensions of an array
NAME_LIMIT = 200  # characters of the name of a type, a column or a Series
SHORT = 64  # arrays up to this size are written as readable lists, longer ones as base64

_PACKED = {"float64": "<f8", "int64": "<i8", "bool": "|b1"}


def encode(value, readable=False):
    """Return `value` as plain data (a dictionary that JSON can hold).

    Numbers, arrays, Series, DataFrames, texts, lists, tuples and dictionaries keep their content; everything
    else keeps only the name of its type. With `readable`, arrays are always written as lists.
    """
    kind = type(value).__name__
    if value is None or value is Ellipsis:
        return {"kind": "none", "type": kind}
    if isinstance(value, (bool, np.bool_)):
        return {"kind": "bool", "type": kind, "value": bool(value)}
    if isinstance(value, (int, float, np.integer, np.floating)):
        return _number(value, kind)
    if isinstance(value, str):
        return {"kind": "text", "type": kind, "value": legal(value, TEXT_LIMIT)}
    if isinstance(value, (np.ndarray, pd.Series, pd.DataFrame, pd.Index)):
        return _array(value, kind, readable)
    if isinstance(value, (list, tuple)):
        return _sequence(value, kind, readable)
    if isinstance(value, dict):
        items = [[legal(k, TEXT_LIMIT), encode(v, readable)] for k, v in list(value.items())[:ITEM_LIMIT]]
        return {"kind": "dict", "type": kind, "items": items}
    return {"kind": "other", "type": kind}


def _number(value, kind):
    try:
        return {"kind": "number", "type": kind, "value": float(value)}
    except OverflowError:  # an integer too large for a float
        return {"kind": "number", "type": kind, "value": math.copysign(math.inf, value)}


def _array(value, kind, readable):
    array = np.asarray(value)
    plain = {"kind": "array", "type": kind, "dtype": str(array.dtype), "shape": list(array.shape)}
    if isinstance(value, pd.DataFrame):
        plain["columns"] = [str(name) for name in value.columns[:ITEM_LIMIT]]
    if isinstance(value, pd.Series):
        plain["name"] = str(value.name)
    if array.size > SIZE_LIMIT:
        return {"kind": "other", "type": f"{kind} of {array.size:,} values"}
    if array.dtype == object and array.size:
        try:
            array = array.astype(float)  # a list of np.float64 or a column of Python numbers
        except (TypeError, ValueError):
            plain["values"] = [str(item)[:200] for item in array.ravel()[: ITEM_LIMIT * 50]]
            plain["dtype"] = "text"
            return plain
    if array.dtype.kind in "US":
        plain["values"] = [str(item) for item in array.ravel()[: ITEM_LIMIT * 50]]
        plain["dtype"] = "text"
    elif array.dtype.kind in "biuf":
        common = "bool" if array.dtype.kind == "b" else "int64" if array.dtype.kind in "iu" else "float64"
        array = array.astype(common)
        plain["dtype"] = common
        if readable or array.size <= SHORT:
            plain["values"] = array.ravel().tolist()
        else:
            packed = np.ascontiguousarray(array).astype(_PACKED[common])
            plain["base64"] = base64.b64encode(packed.tobytes()).decode("ascii")
    else:
        return {"kind": "other", "type": f"{kind} of {array.dtype}"}
    return plain


def _sequence(value, kind, readable):
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # rows of different lengths, or an array beside a number
        array = None
    if array is not None and array.dtype.kind in "biufUS" and array.size:
        return _array(array, kind, readable)
    if array is not None and array.dtype == object and array.size and _all_numbers(array):
        return _array(array.astype(float), kind, readable)
    items = [encode(item, readable) for item in value[:ITEM_LIMIT]]
    return {"kind": "items", "type": kind, "items": items}


def _all_numbers(array):
    return all(isinstance(item, (int, float, np.number)) for item in array.ravel())


def decode(plain):
    """Return the value that `encode` wrote. Raises ValueError when `plain` is malformed."""
    if not isinstance(plain, dict):
        raise ValueError("plain data is a dictionary with a kind")
    kind, made_of = plain.get("kind"), plain.get("type")
    if kind == "none" or kind == "other":
        return None
    if kind in ("bool", "number", "text"):
        wanted = {"bool": bool, "number": (int, float), "text": str}[kind]
        if not isinstance(plain.get("value"), wanted):
            raise ValueError(f"a {kind} without its value")
        value = plain["value"]
        return int(value) if kind == "number" and made_of == "int" and math.isfinite(value) else value
    if kind == "items":
        items = [decode(item) for item in _list(plain, "items")[:ITEM_LIMIT]]
        return tuple(items) if made_of == "tuple" else items
    if kind == "dict":
        return {str(key): decode(item) for key, item in _list(plain, "items")[:ITEM_LIMIT]}
    if kind == "array":
        return _rebuild(_decode_array(plain), plain)
    raise ValueError(f"unknown kind of plain data: {kind!r}")


def checked(given, depth=0):
    """Plain data that came from elsewhere, rebuilt from its known keys alone and bounded; raises ValueError otherwise.

    Whatever else reads plain data may then rely on its form: numbers are floats, texts are legal and short.
    """
    if not isinstance(given, dict) or depth > DEPTH_LIMIT:
        raise ValueError("not plain data")
    kind = given.get("kind")
    head = {"kind": kind, "type": legal(given.get("type", ""), NAME_LIMIT)}
    try:
        if kind in ("none", "other"):
            return head
        if kind == "bool" and isinstance(given["value"], bool):
            return head | {"value": given["value"]}
        if kind == "number" and isinstance(given["value"], (int, float)):
            return _number(given["value"], head["type"])
        if kind == "text" and isinstance(given["value"], str):
            return head | {"value": legal(given["value"], TEXT_LIMIT)}
        if kind == "items":
            return head | {"items": [checked(item, depth + 1) for item in _list(given, "items")[:ITEM_LIMIT]]}
        if kind == "dict":
            pairs = [(key, item) for key, item in _list(given, "items")[:ITEM_LIMIT]]
            return head | {"items": [[legal(key, TEXT_LIMIT), checked(item, depth + 1)] for key, item in pairs]}
        if kind == "array":
            return head | _checked_array(given)
    except (KeyError, TypeError, OverflowError) as problem:
        raise ValueError(f"malformed plain data: {problem}") from None
    raise ValueError(f"malformed plain data of kind {str(kind)[:40]!r}")


def _checked_array(given):
    shape = _list(given, "shape")
    if len(shape) > SIDES_LIMIT or not all(type(side) is int and 0 <= side <= SIZE_LIMIT for side in shape):
        raise ValueError("an array of impossible shape")
    clean = {"dtype": given.get("dtype"), "shape": shape}
    array = _decode_array(clean | {key: given[key] for key in ("values", "base64") if key in given})
    if clean["dtype"] == "text":
        clean["values"] = [legal(text, TEXT_LIMIT) for text in array.ravel()]
    elif "base64" in given:
        clean["base64"] = given["base64"]
    else:
        clean["values"] = array.ravel().tolist()
    if isinstance(given.get("columns"), list):
        clean["columns"] = [legal(name, NAME_LIMIT) for name in given["columns"][:ITEM_LIMIT]]
    if "name" in given:
        clean["name"] = legal(given["name"], NAME_LIMIT)
    return clean


def legal(text, limit=None):
    """`text` as a string that every file can hold: without halves of surrogate pairs, and cut at `limit`."""
    return str(text)[:limit].encode("utf-8", "replace").decode("utf-8")


def _list(plain, key):
    if not isinstance(plain.get(key), list):
        raise ValueError(f"plain data without a list of {key}")
    return plain[key]


def _decode_array(plain):
    shape = tuple(int(size) for size in _list(plain, "shape"))
    size = math.prod(shape)
    if any(side < 0 for side in shape) or size > SIZE_LIMIT:
        raise ValueError("an array of impossible size")
    dtype = plain.get("dtype")
    if dtype == "text":
        values = np.array([str(item) for item in _list(plain, "values")], dtype=object)
    elif dtype not in _PACKED:
        raise ValueError(f"unknown dtype: {dtype!r}")
    elif "base64" in plain:
        packed = base64.b64decode(plain["base64"], validate=True)
        values = np.frombuffer(packed, dtype=_PACKED[dtype]).astype(dtype)
    else:
        values = np.array(_list(plain, "values"), dtype=dtype)
    if values.size != size:
        raise ValueError("an array whose values do not fill its shape")
    return values.reshape(shape)


def _rebuild(array, plain):
    made_of = plain.get("type")
    if made_of == "Series" and array.ndim == 1:
        return pd.Series(array, name=plain.get("name"))
    if made_of == "DataFrame" and array.ndim == 2:
        columns = plain.get("columns")
        fits = isinstance(columns, list) and len(columns) == array.shape[1]
        return pd.DataFrame(array, columns=columns if fits else None)
    if made_of == "list":
        return array.tolist()
    if made_of == "tuple":
        return tuple(array.tolist())
    return array


def numbers(plain):
    """The numbers in plain data as a float array, or None when it holds something else."""
    if plain is None or plain.get("kind") not in ("number", "bool", "array"):
        return None
    if plain["kind"] == "array":
        return None if plain.get("dtype") == "text" else _decode_array(plain).astype(float)
    return np.array(float(plain["value"]))


def describe(plain):
    """A short text for a person: `0.731`, `[0.5, 0.73, ...] (7,)`, `a text`."""
    if plain is None:
        return "nothing"
    kind = plain.get("kind")
    if kind == "none":
        return "None" if plain.get("type") == "NoneType" else "..."
    if kind == "bool":
        return str(plain["value"])
    if kind == "number":
        return short(plain["value"])
    if kind == "text":
        return repr(plain["value"][:80])
    if kind == "array":
        return _describe_array(plain)
    if kind in ("items", "dict"):
        return f"a {plain.get('type')} of {len(plain['items'])} items"
    return f"a value of type {plain.get('type')}"


def short(number):
    """A number in at most six significant digits."""
    if math.isfinite(number) and number == int(number) and abs(number) < 1e6:
        return str(int(number))
    return f"{number:.6g}"


def _describe_array(plain):
    shape = tuple(plain["shape"])
    values = _decode_array(plain)
    if values.size == 0:
        return f"an empty {plain['type']} of shape {shape}"
    texts = [short(v) if plain["dtype"] != "text" else str(v) for v in values.ravel()[:5]]
    if values.ndim == 2 and values.size <= 16 and plain["dtype"] != "text":
        rows = ["[" + ", ".join(short(v) for v in row) + "]" for row in values]
        return "[" + ", ".join(rows) + "]"
    dots = ", …" if values.size > 5 else ""
    suffix = f" with shape {shape}" if values.ndim != 1 or values.size > 5 else ""
    return "[" + ", ".join(texts) + dots + "]" + suffix

"""Submissions that try to break the run: files, names, cells, outputs and answers that nobody expects."""

import json
import os
import textwrap

from autograder.sample_class import NUMPY
from tests.hostile.attack import FILE, FULL, ZERO, Attack, code_cell, find

# Code of an own cell at the top; the honest answers below it count in full.
OUTPUTS = {
    "prints_for_ever": """
for i in range(10**6):
    print('x' * 100)
""",
    "prints_to_the_descriptor": """
import os
for i in range(2000):
    os.write(1, b'x' * 10000)
    os.write(2, b'y' * 10000)
""",
    "displays_ten_thousand_times": """
from IPython.display import display
for i in range(10**4):
    display(i)
""",
    "shows_half_a_surrogate": r"""
print('\ud800')
from IPython.display import display, HTML
display(HTML('\udfff<b>x</b>'))
raise ValueError('\ud800')
""",
    "shows_control_characters": "print('\\x00\\x1b[31m\\x07\\u202e<script>alert(1)</script>')",
    "shows_an_odd_mimetype": r"""
from IPython.display import display
display({'text/html': ['<script>', 5], '../../x': {'a': {'b': float('nan')}}}, raw=True)
display({'image/png': '\" onerror=\"alert(1)'}, raw=True)
display({'application/javascript': 'alert(1)', 'text/plain': 5, 'image/svg+xml': '<svg onload=alert(1)>'}, raw=True,
        metadata={'image/png': {'width': '\"><script>alert(1)</script>'}})
""",
    "runs_scripts": """
from IPython.display import HTML, Javascript, Markdown, display
display(HTML('<img src=x onerror=alert(1)><script>alert(1)</script><iframe src=//example.org></iframe>'),
        Javascript('alert(1)'), Markdown('[x](javascript:alert(1)) <img src=x onerror=alert(1)>'))
raise ValueError('<script>alert(1)</script>')
""",
    "has_an_endless_repr": """
class A:
    def __repr__(self): return 'x' * 10**8
    def __str__(self): raise ValueError
    _repr_html_ = __repr__
A()
""",
    "repr_that_fails": """
class A:
    def __repr__(self): raise SystemExit
    def __getattr__(self, name): raise RuntimeError(name)
A()
""",
    "fails_while_failing": """
class Odd(Exception):
    def __str__(self): raise Odd
    def __repr__(self): return 5
raise Odd
""",
    "recurses": """
import sys
sys.setrecursionlimit(10**5)
def f(n): return f(n + 1)
try: f(0)
except RecursionError: print('deep')
""",
    "clears_and_clears": """
from IPython.display import clear_output
for i in range(1000):
    print(i)
    clear_output()
""",
    "breaks_the_streams": """
import sys
sys.stdout.close() if hasattr(sys.stdout, 'close') else None
sys.stdout = None
sys.stderr = 5
""",
    "deletes_when_collected": """
class A:
    def __del__(self): raise RuntimeError('late')
kept = [A() for _ in range(100)]
del kept
""",
}

FLOODS = ("prints_to_the_descriptor", "has_an_endless_repr")  # these go on until the notebook is stopped

# Answers to log_loss that are odd; the other answers are honest.
ODD_ANSWERS = {
    "answers_a_huge_int": "return 10 ** 5000",
    "answers_a_long_text": "return 'x' * 10**7",
    "answers_a_deep_list": """
a = []
for _ in range(5000): a = [a]
return a
""",
    "answers_a_list_in_itself": """
a = []
a.append(a)
return a
""",
    "answers_surrogates": "return '\\ud800'",
    "answers_infinity": "return float('inf')",
    "answers_a_wide_list": "return [[{}] * 200] * 200",
    "answers_odd_keys": "return {None: 1, (1, 2): {'\\ud800': object()}, 3.5: float('nan')}",
    "answers_ragged_rows": "return [[1, 2], [3], 'x', None]",
    "answers_big_integers": "return np.array([10**30, 1], dtype=object)",
    "answers_dates": "return np.array(['2020-01-01'], dtype='datetime64[D]')",
    "answers_complex_numbers": "return np.array([1 + 2j])",
    "answers_many_dimensions": "return np.zeros((1,) * 32)",
    "answers_itself": "return log_loss",
    "answers_by_exit": "raise SystemExit",
    "answers_by_interrupt": "raise KeyboardInterrupt",
    "answers_a_generator": "return (i for i in iter(int, 1))",
    "answers_with_a_script": "raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')",
    "length_that_lies": """
class L(list):
    def __len__(self): return 10**9
    def __getitem__(self, i): return 0.0
return L()
""",
    "length_that_fails": """
class L(list):
    def __len__(self): raise ValueError
    __iter__ = __len__
return L()
""",
}


def _bytes(content):
    return lambda book: content


def _nested(book):
    return b'{"cells": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"


def _nested_metadata(book):
    text = json.dumps(book)
    return text.replace('"metadata": {', '"metadata": {"x": ' + "[" * 5000 + "]" * 5000 + ", ", 1).encode()


def _many_cells(book):
    book["cells"] += [code_cell("1", f"own-{i}") for i in range(100_000)]


def _same_ids(book):
    for cell in book["cells"]:
        cell["id"] = "same"


def _odd_ids(book):
    for index, cell in enumerate(book["cells"]):
        cell["id"] = ("../../../etc/passwd", "", None, 5, "x" * 10**5, "\ud800", "a b")[index % 7]


def _attachments(book):
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["attachments"] = {"../../x.png": {"image/png": "A" * 500_000}}


def _null_bytes(book):
    find(book, "log_loss")["source"] += "\n# \x00 \x0c \u2028"


def _surrogates(book):
    book["cells"].append(code_cell("# \ud800\nword = '\udfff'", "own-surrogate"))


def _unknown_kinds(book):
    kinds = (None, 5, "heading", "raw", {"a": 1}, "CODE")
    book["cells"] += [
        code_cell("x", f"own-{i}") | {"cell_type": kind, "source": [1, None, {"a": []}]} for i, kind in enumerate(kinds)
    ]
    book["cells"] += [None, 5, "cell", [], {}]


def _markup_in_cells(book):
    text = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![p](http://example.org/p.png)"
    )
    book["cells"].insert(1, {"cell_type": "markdown", "id": "own-markup", "metadata": {}, "source": text})
    find(book, "log_loss")["source"] += f"\n# {text}"


def _long_line(book):
    find(book, "log_loss")["source"] += "\n# " + "x" * 5_000_000


def _deep_code(book):
    book["cells"].append(code_cell("(" * 50_000 + ")" * 50_000, "own-deep"))
    book["cells"].append(code_cell("-" * 90_000 + "1", "own-signs"))
    book["cells"].append(code_cell("x" + ".a" * 40_000, "own-dots"))


def _many_definitions(book):
    book["cells"].append(code_cell("\n".join(f"def f{i}(): pass" for i in range(20_000)), "own-functions"))


def _as_fifo(folder, content):
    os.mkfifo(folder / FILE)


def _as_folder(folder, content):
    (folder / FILE).mkdir()
    (folder / FILE / "inside.txt").write_bytes(content)


def _as_link(target):
    return lambda folder, content: (folder / FILE).symlink_to(target)


def _link_to_a_neighbour(folder, content):
    (folder / FILE).symlink_to(f"../../abel_numpy/{folder.name}/{FILE}")
    (folder / "2.1_vectors_and_matrices.ipynb").symlink_to("/etc/passwd")


def _link_loop(folder, content):
    (folder / FILE).write_bytes(content)
    (folder / "again").symlink_to(".")
    (folder / "up").symlink_to("../../..")


def _odd_names(folder, content):
    (folder / "[red] <img src=x onerror=alert(1)> \n \u202e 2.3.ipynb").write_bytes(content)
    for name in (
        "-rf",
        "a b;rm -rf $HOME`",
        "%00",
        "workbook.py",
        "numpy.py",
        "IPython.py",
        "sitecustomize.py",
        "player.py",
    ):
        (folder / name).write_text("raise SystemExit('hijacked')", encoding="utf-8")


def _bytes_for_a_name(folder, content):
    os.mkdir(os.path.join(os.fsencode(folder), b"\xff\xfe"))
    with open(os.path.join(os.fsencode(folder), b"2.3 \xff.ipynb"), "wb") as file:
        file.write(content)


def _many_files(folder, content):
    (folder / FILE).write_bytes(content)
    for index in range(500):
        (folder / f"{index}.csv").write_text("x", encoding="utf-8")
    deep = folder
    for _ in range(60):
        deep = deep / "deeper"
    deep.mkdir(parents=True)


def _odd_time(text):
    def place(folder, content):
        (folder / FILE).write_bytes(content)
        (folder / "timestamp.txt").write_bytes(text)

    return place


def _huge_file(folder, content):
    with (folder / FILE).open("wb") as file:
        file.write(content)
        file.truncate(2**33)  # 8 GiB of nothing after the notebook, which cost no space


DAMAGE = {
    "nested_brackets": (_nested, {}, ZERO),
    "nested_metadata": (_nested_metadata, NUMPY, None),
    "hundred_thousand_cells": (_many_cells, NUMPY, None),
    "cells_with_one_id": (_same_ids, NUMPY, FULL),
    "cells_with_odd_ids": (_odd_ids, NUMPY, FULL),
    "attachment_bomb": (_attachments, NUMPY, FULL),
    "null_bytes_in_code": (_null_bytes, NUMPY, None),
    "surrogates_in_code": (_surrogates, NUMPY, FULL),
    "unknown_kinds_of_cells": (_unknown_kinds, NUMPY, FULL),
    "markup_in_cells": (_markup_in_cells, NUMPY, FULL),
    "five_million_characters": (_long_line, NUMPY, FULL),
    "code_that_breaks_parsers": (_deep_code, NUMPY, None),
    "twenty_thousand_functions": (_many_definitions, NUMPY, FULL),
    "only_null_bytes": (_bytes(b"\0" * 10_000), {}, ZERO),
    "a_list_of_numbers": (_bytes(b"[1, 2, 3]"), {}, ZERO),
    "a_number": (_bytes(b"1e999999"), {}, ZERO),
    "cells_that_are_a_number": (_bytes(b'{"cells": 5, "metadata": []}'), {}, ZERO),
    "not_utf8": (_bytes(b"\xff\xfe\x00\xd8" * 100), {}, ZERO),
    "a_zip_file": (_bytes(b"PK\x03\x04" + bytes(range(256)) * 50), {}, ZERO),
}
PLACES = {
    "a_fifo": (_as_fifo, ZERO),
    "a_folder_for_a_file": (_as_folder, ZERO),
    "a_link_to_a_device": (_as_link("/dev/zero"), ZERO),
    "a_link_to_secrets": (_as_link("/etc/passwd"), ZERO),
    "a_link_to_nowhere": (_as_link("/nowhere"), ZERO),
    "a_copy_by_link": (_link_to_a_neighbour, ZERO),
    "links_in_a_circle": (_link_loop, FULL),
    "odd_file_names": (_odd_names, FULL),
    "bytes_for_a_name": (_bytes_for_a_name, FULL),
    "many_files_and_folders": (_many_files, FULL),
    "eight_gigabytes": (_huge_file, None),
    "handed_in_in_the_year_nothing": (_odd_time(b"0000-00-00 00:00:00 UTC"), FULL),
    "handed_in_in_another_world": (_odd_time(b"99999-13-45 \xff\xfe" * 50), FULL),
    "handed_in_far_ahead": (_odd_time(b"9999-12-31 23:59:59 -1400"), FULL),
}


def attacks():
    """All submissions that try to break the run."""
    for name, code in OUTPUTS.items():
        stopped = name in FLOODS
        yield Attack(name, code, NUMPY, None if stopped else FULL, "bytes of output" if stopped else "")
    for name, code in ODD_ANSWERS.items():
        lost = {"log_loss": f"def log_loss(y, p):\n{textwrap.indent(code.strip(), '    ')}"}
        yield Attack(name, "", NUMPY | lost, FULL | {"log_loss": 0.0})
    for name, (damage, answers, scores) in DAMAGE.items():
        yield Attack(name, "", answers, scores, damage=damage)
    for name, (place, scores) in PLACES.items():
        yield Attack(name, "", NUMPY, scores, place=place)

"""Collecting what Canvas, Moodle and Gradescope let instructors download, and what students and people make of it."""

import datetime
import io
import json
import os
import tarfile
import zipfile

import pytest
from typer.testing import CliRunner

from autograder import cli, collect, roster, unit

TASK2 = "2_inverse_logit_and_log_loss/2.3_assignment_predict_and_evaluate"
ONCE = "3_training/3.5_assignment_optimizing_logistic_regression"
MINIMUM = "3_training/3.2_assignment_minimum_of_a_function"
NAME2, NAME_ONCE, NAME_MINIMUM = (path.partition("/")[2] for path in (TASK2, ONCE, MINIMUM))


def version(path, number=0):
    """The released notebook, with a mark that tells versions apart."""
    book = json.loads((unit.ROOT / "notebooks" / f"{path}.ipynb").read_text(encoding="utf-8"))
    book["metadata"]["version"] = number
    return json.dumps(book).encode()


def number_of(path):
    return json.loads(path.read_bytes())["metadata"]["version"]


def packed(files, time=(2026, 3, 1, 12, 0, 0)):
    """A zip archive in memory. files: {name: content or (content, time)}."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            content, when = content if isinstance(content, tuple) else (content, time)
            archive.writestr(zipfile.ZipInfo(name, when), content)
    return memory.getvalue()


@pytest.fixture
def take(tmp_path):
    """A function that collects an archive given as files or bytes, and returns {file: Outcome} and the folder."""

    def run(files, name="class.zip", **options):
        path = tmp_path / name
        path.write_bytes(files if isinstance(files, bytes) else packed(files))
        outcomes = collect.collect([path], tmp_path / "course", **options)
        return {o.handed.source.removeprefix(f"{path}/"): o for o in outcomes}, tmp_path / "course" / "submitted"

    return run


def stamp(folder):
    return (folder / "timestamp.txt").read_text()


# --- Canvas ------------------------------------------------------------------------------------------------


def test_canvas(take):
    found, folder = take(
        {
            f"lovelaceada_12345_67890_{NAME2}-1.ipynb": (version(TASK2, 1), (2026, 3, 1, 12, 0, 0)),
            f"noetheremmy_LATE_222_67891_{NAME2}.ipynb": (version(TASK2, 2), (2026, 3, 4, 8, 30, 0)),
            f"garcíajosé_late_333_67892_{NAME2} (1).ipynb": (version(TASK2, 3), (2026, 3, 3, 0, 0, 0)),
            "hopper_444_67893_Untitled1 (2).ipynb": (version(TASK2, 4), (2026, 3, 2, 0, 0, 0)),
            "turingalan_555_text.html": b"<html><body><p>My answer</p></body></html>",
        }
    )
    assert {o.handed.student: o.state for o in found.values()} == {
        "lovelaceada_12345": "taken",
        "noetheremmy_222": "taken",
        "garciajose_333": "taken",
        "hopper_444": "taken",
        "turingalan_555": "left out",
    }
    assert {o.handed.student: o.handed.late for o in found.values()}["noetheremmy_222"] is True
    assert {o.handed.student: o.handed.late for o in found.values()}["lovelaceada_12345"] is False
    assert "read it there" in found["turingalan_555_text.html"].notes[0]
    assert number_of(folder / "hopper_444" / f"{TASK2}.ipynb") == 4
    assert stamp(folder / "noetheremmy_222" / TASK2.partition("/")[0]) == "2026-03-04 08:30:00.000000 UTC"


def test_canvas_uploads_are_ordered_by_their_numbers_whatever_their_times_and_names(take):
    files = {
        f"ada_1_900_{NAME2}.ipynb": (version(TASK2, 900), (2026, 3, 1, 12, 0, 0)),
        f"ada_1_800_{NAME2}-1.ipynb": (version(TASK2, 800), (2026, 3, 9, 12, 0, 0)),
        f"ada_1_700_{NAME_ONCE}-1.ipynb": (version(ONCE, 700), (2026, 3, 1, 12, 0, 0)),
        f"ada_1_600_{NAME_ONCE}.ipynb": (version(ONCE, 600), (2026, 3, 9, 12, 0, 0)),
    }
    found, folder = take(files)
    assert number_of(folder / "ada_1" / f"{TASK2}.ipynb") == 900
    assert number_of(folder / "ada_1" / f"{ONCE}.ipynb") == 600
    told = {name: o.state for name, o in found.items()}
    assert told[f"ada_1_800_{NAME2}-1.ipynb"] == told[f"ada_1_700_{NAME_ONCE}-1.ipynb"] == "not counted"
    # Another download, later: the automatic one gives way, the other does not.
    more = {f"ada_1_950_{NAME2}-2.ipynb": version(TASK2, 950), f"ada_1_951_{NAME_ONCE}-2.ipynb": version(ONCE, 951)}
    found, folder = take(more, "next.zip")
    assert [o.state for o in found.values()] == ["taken", "not counted"]
    assert number_of(folder / "ada_1" / f"{TASK2}.ipynb") == 950
    assert number_of(folder / "ada_1" / f"{ONCE}.ipynb") == 600


def test_times_of_a_download_are_not_taken_for_times_of_handing_in(take):
    names = [
        f"{name}{late}_{i}_{i}00_{NAME2}.ipynb" for i, (name, late) in enumerate([("a", ""), ("b", "_LATE"), ("c", "")])
    ]
    found, folder = take({name: version(TASK2) for name in names})
    assert all(o.state == "taken" and "time of its download" in o.handed.clock for o in found.values())
    assert [o.handed.late for o in found.values()] == [False, True, False]
    assert not list(folder.rglob("timestamp.txt"))


def test_canvas_without_names(take):
    found, _ = take(
        {f"anon_A1b2C_LATE_67_{NAME2}.ipynb": version(TASK2), f"anon_x9y8z_68_{NAME2}.ipynb": version(TASK2)}
    )
    assert {o.handed.student for o in found.values()} == {"anonymous_a1b2c", "anonymous_x9y8z"}


def test_names_from_macs_and_empty_archives_are_not_lost(take):
    found, _ = take(
        {
            f"mu\u0308llerjo\u0308rg_1_10_{NAME2}.ipynb": version(TASK2),
            f"o'neilmary_2_11_{NAME2}.ipynb": version(TASK2),
            "empty_3_12_work.zip": packed({}),
            "junk_4_13_work.zip": packed({"__MACOSX/._x.ipynb": b"x"}),
        }
    )
    told = {o.handed.student: (o.state, o.notes) for o in found.values()}
    assert told["mullerjorg_1"][0] == told["o_neilmary_2"][0] == "taken"
    assert "is empty" in told["empty_3"][1][0] and "is empty" in told["junk_4"][1][0]


def test_a_version_that_cannot_be_read_counts_for_nothing(take):
    found, folder = take(
        {
            f"ada_1_10_{NAME2}.ipynb": version(TASK2, 1),
            f"ada_1_11_{NAME2}-1.ipynb": b"",
            f"bo_2_12_{NAME_ONCE}.ipynb": b"no notebook",
        }
    )
    assert {o.handed.path.name: o.state for o in found.values()}[f"{NAME2}-1.ipynb"] == "left out"
    assert "no points" in next(o.notes[-1] for o in found.values() if o.handed.student == "bo_2")
    found, _ = take({f"ada_1_20_{NAME2}-2.ipynb": b"{", f"bo_2_21_{NAME_ONCE}-1.ipynb": version(ONCE, 2)}, "next.zip")
    assert {o.handed.student: o.state for o in found.values()} == {"ada_1": "left out", "bo_2": "taken"}
    assert number_of(folder / "ada_1" / f"{TASK2}.ipynb") == 1
    assert number_of(folder / "bo_2" / f"{ONCE}.ipynb") == 2


# --- Moodle ------------------------------------------------------------------------------------------------


def test_moodle(take):
    found, folder = take(
        {
            f"Ada Lovelace_123456_assignsubmission_file_/{NAME2}.ipynb": (version(TASK2), (2026, 3, 1, 12, 0, 0)),
            f"Ada Lovelace_123456_assignsubmission_file_/deep/{NAME_MINIMUM}.ipynb": version(MINIMUM),
            "Ada Lovelace_123456_assignsubmission_onlinetext_/onlinetext.html": b"<p>&nbsp;</p>",
            f"Emmy Noether_7_assignsubmission_file_{NAME2}.ipynb": version(TASK2),
            "Mary Anne O'Neil-Smith_8_assignsubmission_file/work.ipynb": version(TASK2),
            f"Participant_9_assignsubmission_file_/{NAME2}.ipynb": version(TASK2),
            f"Default group_assignsubmission_file_/{NAME2}.ipynb": version(TASK2),
            "Emmy Noether_7_assignsubmission_onlinetext_onlinetext.html": b"<p>I could not upload</p>",
        }
    )
    people = {o.handed.student for o in found.values()}
    assert people == {
        "ada_lovelace_123456", "emmy_noether_7", "mary_anne_o_neil_smith_8", "participant_9", "default_group"
    }  # fmt: skip
    assert sorted(o.state for o in found.values()) == ["left out", "not needed"] + 6 * ["taken"]
    assert (folder / "ada_lovelace_123456" / f"{MINIMUM}.ipynb").is_file()


# --- Gradescope --------------------------------------------------------------------------------------------

METADATA = """---
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: '12345'
    :email: ada@example.edu
  :created_at: 2026-03-01 13:00:05.123000000 +01:00
  :score: !ruby/object:BigDecimal 18:0.1e1
submission_102:
  :submitters:
  - :name: Emmy Noether
    :sid:
    :email: emmy@example.edu
  - :name: Grace Hopper
    :sid: '777'
    :email: grace@example.edu
  :created_at: 2026-03-02 09:00:00 Z
"""


def test_gradescope(take):
    root = "assignment_1_export"
    found, folder = take(
        {
            f"{root}/submission_metadata.yml": METADATA.encode(),
            f"{root}/submission_101/{NAME2}.ipynb": version(TASK2),
            f"{root}/submission_102/{NAME2}.ipynb": version(TASK2),
            f"{root}/submission_103/{NAME2}.ipynb": version(TASK2),
        }
    )
    taken = {o.handed.student for o in found.values() if o.state == "taken"}
    assert taken | {path.name for path in folder.iterdir()} == {"ada_lovelace_12345", "emmy", "grace_hopper_777"}
    assert stamp(folder / "ada_lovelace_12345" / TASK2.partition("/")[0]) == "2026-03-01 12:00:05.123000 UTC"
    assert "does not say whose" in found[f"{root}/submission_103/{NAME2}.ipynb"].notes[0]


# --- people ------------------------------------------------------------------------------------------------


def test_archives_in_archives_and_a_students_own(take):
    own = packed({f"{MINIMUM}.ipynb": version(MINIMUM, 7), "3_training/.ipynb_checkpoints/x.ipynb": b""})
    windows = packed({MINIMUM.replace("/", "\\") + ".ipynb": version(MINIMUM, 8)})
    both = packed({f"notebooks/{MINIMUM}.ipynb": version(MINIMUM), f"notebooks/{TASK2}.ipynb": version(TASK2)})
    hostile = packed({"../../evil.ipynb": b"x", f"{MINIMUM}.ipynb": version(MINIMUM, 9)})
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as tar:
        info = tarfile.TarInfo(f"{MINIMUM}.ipynb")
        info.size, info.mtime = len(version(MINIMUM, 10)), 1772366400
        tar.addfile(info, io.BytesIO(version(MINIMUM, 10)))
        link = tarfile.TarInfo("3_training/data.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    found, folder = take(
        {
            "ada_1_11_3_training.zip": (own, (2026, 3, 1, 12, 0, 0)),
            "bo_2_12_work.zip": (windows, (2026, 3, 2, 12, 0, 0)),
            "cleo_3_13_all.zip": (both, (2026, 3, 3, 12, 0, 0)),
            "dana_4_14_work.zip": (hostile, (2026, 3, 4, 12, 0, 0)),
            "eve_5_15_work.tar.gz": (memory.getvalue(), (2026, 3, 5, 12, 0, 0)),
            "fay_6_16_work.zip": (b"not a zip", (2026, 3, 6, 12, 0, 0)),
            "__MACOSX/._ada_1_11_3_training.zip": b"x",
        }
    )
    assert {p.name for p in folder.iterdir()} == {"ada_1", "bo_2", "cleo_3", "dana_4", "eve_5"}
    assert [number_of(folder / who / f"{MINIMUM}.ipynb") for who in ("ada_1", "bo_2", "dana_4", "eve_5")] == [
        7,
        8,
        9,
        10,
    ]
    assert (folder / "cleo_3" / f"{TASK2}.ipynb").is_file() and (folder / "cleo_3" / f"{MINIMUM}.ipynb").is_file()
    left = {o.handed.student: o.notes[0] for o in found.values() if o.state == "left out"}
    assert "unsafe path" in left["dana_4"] and "link" in left["eve_5"] and "damaged" in left["fay_6"]
    assert stamp(folder / "ada_1" / "3_training").startswith("2026-03-01 12:00:00")  # when the archive came


def test_a_folder_of_archives_and_assignments_above_students(take, tmp_path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "ada.zip").write_bytes(packed({f"{MINIMUM}.ipynb": version(MINIMUM)}))
    outcomes = collect.collect([inbox], tmp_path / "one")
    assert [(o.handed.student, o.state) for o in outcomes] == [("ada", "taken")]
    assignment, name = MINIMUM.split("/")
    found, folder = take({f"{assignment}/bo/{name}.ipynb": version(MINIMUM)})
    assert (folder / "bo" / f"{MINIMUM}.ipynb").is_file()
    found, folder = take({f"{MINIMUM}.ipynb": version(MINIMUM)}, "3_training.zip")
    assert "--student" in next(iter(found.values())).notes[0]


def test_names_in_old_encodings_and_in_other_capitals(take):
    raw = bytearray(packed({f"Jos\u00e9/{NAME2}.ipynb": version(TASK2)}))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):  # UTF-8 that nobody marked as such
        raw[raw.index(mark) + offset + 1] &= ~8 & 0xFF
    found, folder = take(bytes(raw))
    assert [o.handed.student for o in found.values()] == ["José"]
    found, folder = take({f"josé/{NAME2.upper()}.IPYNB": version(TASK2), f"JOSÉ/{TASK2}.ipynb": version(TASK2)})
    assert {path.name for path in folder.iterdir()} == {"José"}


def test_names_of_files_that_are_no_utf8(tmp_path):
    folder = os.fsencode(tmp_path / "inbox") + b"/jos\xe9"
    os.makedirs(folder)
    with open(folder + b"/2.3 \xe9t\xe9.ipynb", "wb") as file:
        file.write(version(TASK2))
    run = CliRunner().invoke(cli.app, ["collect", str(tmp_path / "inbox"), "--course", str(tmp_path / "course")])
    assert run.exit_code == 0, run.output
    assert (tmp_path / "course" / "submitted" / "josé" / f"{TASK2}.ipynb").is_file()


def test_content_comes_before_the_name(take):
    _, folder = take(
        {
            f"ada/{NAME2}.ipynb": version(MINIMUM),
            f"bo/{NAME2}.ipynb.txt": version(TASK2),
            f"cleo/{NAME2}.ipynb": b"{ broken",
            "cleo/Untitled.ipynb": version(MINIMUM),
        }
    )
    taken = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")}
    assert taken == {f"ada/{MINIMUM}.ipynb", f"bo/{TASK2}.ipynb", f"cleo/{TASK2}.ipynb", f"cleo/{MINIMUM}.ipynb"}


def test_the_time_zone_is_the_one_that_is_given(take):
    import zoneinfo

    _, folder = take({f"ada/{TASK2}.ipynb": version(TASK2)}, zone=zoneinfo.ZoneInfo("America/New_York"))
    assert stamp(folder / "ada" / TASK2.partition("/")[0]) == "2026-03-01 17:00:00.000000 UTC"
    inner = {
        f"bo/{TASK2}.ipynb": version(TASK2),
        f"bo/{TASK2.partition('/')[0]}/timestamp.txt": b"2026-02-01 10:00:00 UTC",
    }
    _, folder = take(inner)
    assert stamp(folder / "bo" / TASK2.partition("/")[0]) == "2026-02-01 10:00:00.000000 UTC"


def test_the_best_version_counts_when_asked(take):
    files = {f"ada_1_{n}_{NAME2}-{n}.ipynb": version(TASK2, n) for n in (5, 9, 7)}
    points = {5: 1.0, 9: 2.0, 7: 0.0}
    score = lambda book, content: points[json.loads(content)["metadata"]["version"]]  # noqa: E731
    found, folder = take({name: c for name, c in files.items() if "_7_" in name}, score=score)
    found, folder = take(files, "more.zip", score=score)
    assert number_of(folder / "ada_1" / f"{TASK2}.ipynb") == 9
    found, folder = take({f"ada_1_99_{NAME2}.ipynb": version(TASK2, 5)}, "worse.zip", score=score)
    assert next(iter(found.values())).state == "not counted" and number_of(folder / "ada_1" / f"{TASK2}.ipynb") == 9


# --- the roster --------------------------------------------------------------------------------------------


def class_list(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


CANVAS_LIST = """Student,ID,SIS User ID,SIS Login ID,Section,Lab (77)
    Points Possible,,,,,10
"Lovelace, Ada",12345,S1,ada01,A,
"García Márquez, José",333,S2,jose02,A,
"Student, Test",9,,x9f8,A,
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CANVAS_LIST, ["ada01", "jose02"]),
        ("\ufeffid;first_name;last_name;email\nal;Ada;Lovelace;al@x.edu\njg;José;García Márquez;\n", ["al", "jg"]),
        ("Name\tEmail\nAda Lovelace\tada@x.edu\nJosé García Márquez\tjose@x.edu\n".encode("utf-16"), ["ada", "jose"]),
        ("Identifier,Full name,Email address\nParticipant 12345,Ada Lovelace,\nParticipant 4,José García Márquez,\n",
         ["ada_lovelace_12345", "jose_garcia_marquez_4"]),
        ("Student Number,Surname,Given Name\n1,Lovelace,Ada\n2,García Márquez,José\n".encode("cp1252"), ["1", "2"]),
    ],
)  # fmt: skip
def test_rosters_from_everywhere(take, tmp_path, text, expected):
    students = roster.read(class_list(tmp_path, text))
    assert [student.id for student in students.students] == expected
    found, folder = take(
        {
            f"lovelaceada_12345_67890_{NAME2}.ipynb": version(TASK2),
            f"garcíamárquezjosé_333_67892_{NAME2}.ipynb": version(TASK2),
            f"babbagecharles_5_6_{NAME2}.ipynb": version(TASK2),
        },
        roster=students,
    )
    assert {path.name for path in folder.iterdir()} == set(expected)
    left = next(o for o in found.values() if o.state == "left out")
    assert "'babbagecharles' is not in the roster" in left.notes[0]


def test_a_number_of_another_system_is_nobodys(take, tmp_path):
    students = roster.read(
        class_list(tmp_path, "id,name\n12345,Emmy Noether\n7,Ada Lovelace\n8,Ada Lovelace\n9,Bo Li\n")
    )
    found, _ = take(
        {f"libo_12345_1_{NAME2}.ipynb": version(TASK2), f"lovelaceada_2_3_{NAME2}.ipynb": version(TASK2)},
        roster=students,
    )
    assert [o.handed.student for o in found.values() if o.state == "taken"] == ["9"]
    assert "fits several students" in next(o.notes[0] for o in found.values() if o.state == "left out")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Colour,Animal\nred,cat\n", "no column that tells students apart"),
        ("id,name\n1,Ada\n1,Bo\n", "there twice"),
        ("id,name\n", "lists no students"),
        ("", "is empty"),
        (b"PK\x03\x04 a workbook", "Save it as CSV"),
    ],
)
def test_bad_rosters_are_told(tmp_path, text, message):
    with pytest.raises(roster.BadRoster, match=message):
        roster.read(class_list(tmp_path, text))


def test_the_command(tmp_path):
    course = tmp_path / "course"
    course.mkdir()
    (course / "roster.csv").write_text("id,name\nada,Ada Lovelace\nbo,Bo Li\n")
    (course / "course.toml").write_text('timezone = "Europe/Berlin"\n')
    (tmp_path / "class.zip").write_bytes(packed({f"lovelaceada_1_2_{NAME2}.ipynb": version(TASK2)}))
    run = CliRunner().invoke(cli.app, ["collect", str(tmp_path / "class.zip"), "--course", str(course)])
    assert run.exit_code == 0 and "Europe/Berlin" in run.output and "1 of the roster: bo" in run.output
    run = CliRunner().invoke(cli.app, ["collect", str(tmp_path / "class.zip"), "--course", str(course), "--json"])
    (row,) = json.loads(run.output)
    assert row["student"] == "ada" and row["state"] == "already there"
    assert datetime.datetime.fromisoformat(row["time"]).isoformat() == "2026-03-01T11:00:00+00:00"
    for option in (["--timezone", "Mars/Base"], ["--keep", "luck"], ["--roster", str(tmp_path / "none.csv")]):
        assert CliRunner().invoke(cli.app, ["collect", str(tmp_path / "class.zip"), *option]).exit_code == 2


def test_somebody_else_of_the_same_name_is_not_taken_for_the_one_in_the_roster():
    students = roster.Roster([roster.Student("jo", "Jo Smith", {"canvas": "7", "moodle": "1"})])
    assert students.find(roster.Person("smithjo", {"canvas": "7"}))[0].id == "jo"
    assert students.find(roster.Person("Jo Smith", {"moodle": "99"}))[0].id == "jo"
    found, why = students.find(roster.Person("smithjo", {"canvas": "8"}))
    assert found is None and "another number" in why

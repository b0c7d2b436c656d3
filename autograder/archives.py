"""The files in a folder, an archive or an archive within one, opened with care.

Zip and tar archives are opened wherever they lie. Nothing is unpacked onto the disk: an Entry is read when somebody
asks for it, up to a limit. What can't be taken (unsafe paths, links, encrypted, damaged or suspiciously large files)
is an Entry too, with the problem in words, so that one bad file never costs the others.
"""

import datetime
import io
import lzma
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

UTC = datetime.UTC
FILE_LIMIT = 50 * 2**20  # bytes of a file
ARCHIVE_LIMIT = 200 * 2**20  # bytes of an archive within an archive
TOTAL_LIMIT = 4 * 2**30  # bytes of all files of one source, unpacked
COUNT_LIMIT = 20_000  # files of one source
RATIO_LIMIT = 500  # bytes unpacked for one packed, for files of more than RATIO_FROM
RATIO_FROM = 10 * 2**20
LINK = "it is a link, which may point anywhere; ask for the file itself"
DEPTH_LIMIT = 3  # archives within archives
KEPT_OPEN = 2  # of them
ARCHIVE = re.compile(r"\.(zip|tar|tar\.gz|tgz|tar\.bz2|tbz2?|tar\.xz|txz)$", re.IGNORECASE)
CLOSED = re.compile(r"\.(rar|7z|gz|bz2|xz|zst|iso|dmg)$", re.IGNORECASE)  # archives that nobody opens here
JUNK = re.compile(r"(^|/)(\.|~\$|__MACOSX/|__pycache__/|Thumbs\.db$|desktop\.ini$|Icon\r$)", re.IGNORECASE)
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)  # names of devices on Windows
DAMAGE = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError, ValueError)
FILE_TIME = "time of the file"  # that lies in a folder: it tells which is newer, not when it was handed in
UNIX_TIME = 0x5455  # the extra field of a zip entry that holds its time in UTC


class Refused(ValueError):
    """Something that nothing is taken from; the message says why."""


@dataclass(frozen=True)
class Entry:
    """A file in a source. path: from the source on; an archive within it counts as a folder of the archive's name.

    time: when it was last changed, in UTC, or None; clock: whose time that is; problem: why it can't be taken.
    """

    path: PurePosixPath
    read: Callable
    time: datetime.datetime | None = None
    clock: str = ""
    problem: str = ""


class _Budget:
    """What may still be taken from a source."""

    def __init__(self):
        self.files, self.bytes = COUNT_LIMIT, TOTAL_LIMIT

    def spend(self, size):
        self.files, self.bytes = self.files - 1, self.bytes - size
        if self.files < 0:
            raise Refused(f"it holds more than {COUNT_LIMIT:,} files")
        if self.bytes < 0:
            raise Refused(f"it unpacks to more than {TOTAL_LIMIT / 2**30:.3g} GB")


def entries(path, zone=UTC):
    """The Entries of a folder, an archive or a single file. Raises Refused for a source that can't be opened at all.

    zone: the time zone of times that don't name one, as in most zip archives.
    """
    path = Path(path)
    budget = _Budget()
    if path.is_dir():
        return [entry for file in _below(path) for entry in _open(file, zone, budget)]
    if not path.is_file():
        raise Refused(f"There is no file or folder {path}.")
    found = list(_open(_file(path, PurePosixPath(path.name)), zone, budget))
    whole = found[0] if len(found) == 1 and found[0].path.name == path.name else None
    if whole and whole.problem:
        raise Refused(f"{path}: {whole.problem}")
    if whole:
        return found
    return [Entry(PurePosixPath(*e.path.parts[1:]), e.read, e.time, e.clock, e.problem) for e in found]


def _below(folder):
    for path in sorted(folder.rglob("*")):
        inner = PurePosixPath(_text(path.relative_to(folder).as_posix()))
        if path.is_symlink():
            yield Entry(inner, bytes, problem=LINK)
        elif path.is_file():
            yield _file(path, inner)


def _file(path, inner):
    time = datetime.datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Entry(inner, lambda: _limited(path.open("rb"), _limit(inner)), time, FILE_TIME)


def _limit(path):
    return ARCHIVE_LIMIT if ARCHIVE.search(path.name) else FILE_LIMIT


def _limited(file, limit):
    """The content of a file, or Refused where there is more than the limit."""
    with file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise Refused(f"it is larger than {limit // 2**20 or limit / 2**20:g} MB; ask for it without large outputs")
    return content


def _open(entry, zone, budget, depth=0):
    """The Entry itself, or the Entries of the archive that it is."""
    if entry.problem or JUNK.search(entry.path.as_posix()):
        budget.spend(0)
        yield entry
    elif CLOSED.search(entry.path.name) and not ARCHIVE.search(entry.path.name):
        yield replace(entry, problem="it is an archive of a kind that is not opened here; unpack it, or ask for a .zip")
    elif not ARCHIVE.search(entry.path.name):
        budget.spend(0)
        yield entry
    elif depth >= DEPTH_LIMIT:
        yield replace(entry, problem=f"archives are nested more than {DEPTH_LIMIT} deep; ask for the files themselves")
    else:
        try:
            listed = list(_listing(entry, zone, budget))
        except DAMAGE as problem:
            damaged = f"the archive is damaged or cut off ({problem}); ask for it again"
            why = str(problem) if isinstance(problem, Refused) else damaged
            yield replace(entry, problem=why)
            return
        if all(JUNK.search(inner.path.as_posix()) for inner in listed):
            yield replace(entry, problem="the archive is empty; ask for it again")
            return
        for inner in listed:
            if depth:  # it was handed in when the archive around it was
                inner = replace(inner, time=entry.time, clock=entry.clock)
            yield from _open(inner, zone, budget, depth + 1)


def _listing(entry, zone, budget):
    archive = _opened(entry)
    if isinstance(archive, zipfile.ZipFile):
        if len(archive.infolist()) > COUNT_LIMIT:
            raise Refused(f"it holds more than {COUNT_LIMIT:,} files")
        for info in archive.infolist():
            if not info.is_dir() and not _name(info).endswith("/"):
                budget.spend(info.file_size)
                yield _zipped(entry, info, zone)
    else:
        for info in archive:
            if not info.isdir():
                budget.spend(info.size)
                yield _tarred(entry, info)


_open_archives: OrderedDict = OrderedDict()


def _opened(entry):
    """The archive that an Entry is. Few are kept in memory: files are asked for one student after the other."""
    key = id(entry.read)
    if key not in _open_archives:
        content = entry.read()
        try:
            if content[:2] == b"PK" or entry.path.suffix.lower() == ".zip":
                archive = zipfile.ZipFile(io.BytesIO(content))
            else:
                archive = tarfile.open(fileobj=io.BytesIO(content))  # noqa: SIM115 (it is kept open)
        except NotImplementedError as problem:
            raise Refused(f"the archive can't be read: {problem}") from None
        _open_archives[key] = (entry.read, archive)  # the function is kept so that its id stays its own
        while len(_open_archives) > KEPT_OPEN:
            _open_archives.popitem(last=False)
    _open_archives.move_to_end(key)
    return _open_archives[key][1]


def _zipped(outer, info, zone):
    path, problem = _safe(_name(info))
    if stat.S_ISLNK(info.external_attr >> 16):
        problem = LINK
    elif info.flag_bits & 1:
        problem = problem or "it is encrypted; ask for the archive without a password"
    elif info.file_size > _limit(path):
        problem = problem or f"it is larger than {_limit(path) / 2**20:.3g} MB; ask for it without large outputs"
    elif info.file_size > RATIO_FROM and info.file_size > RATIO_LIMIT * max(info.compress_size, 1):
        times = f"{info.file_size / max(info.compress_size, 1):.0f} times its size"
        problem = problem or f"it unpacks to {times}, as no honest file does; nothing of it was opened"
    time, clock = _zip_time(info, zone)
    return Entry(
        outer.path / path,
        lambda: _limited(_opened(outer).open(info), _limit(path)),
        time,
        clock,
        problem,
    )


def _tarred(outer, info):
    path, problem = _safe(info.name)
    if info.issym() or info.islnk():
        problem = LINK
    elif not info.isfile():
        problem = "it is no regular file"
    elif info.size > _limit(path):
        problem = problem or f"it is larger than {_limit(path) / 2**20:.3g} MB; ask for it without large outputs"
    try:
        time = datetime.datetime.fromtimestamp(info.mtime, UTC) if info.mtime else None
    except (OverflowError, ValueError, OSError):
        time = None
    return Entry(
        outer.path / path,
        lambda: _limited(_opened(outer).extractfile(info), _limit(path)),
        time,
        "time in the archive",
        problem,
    )


def _name(info):
    """The name of a zip entry with forward slashes; UTF-8 that nobody marked as such is read as what it is."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.orig_filename
    return name.replace("\\", "/")


def _text(name):
    """A name with its accents in one way of writing; one that is no UTF-8 is read as what it most likely is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        name = name.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return unicodedata.normalize("NFC", name)  # Macs part letters from their accents


def _safe(name):
    """(path, problem) for the name of an entry; an unsafe name becomes a harmless path to be shown."""
    name = _text(name).replace("\\", "/")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    unsafe = name.startswith("/") or re.match(r"[A-Za-z]:", name) or not parts
    unsafe = unsafe or any(not part.strip(" .") or RESERVED.match(part) for part in parts)
    if unsafe or re.search(r"[\x00-\x1f]", name.replace("Icon\r", "")):
        shown = re.sub(r"[\x00-\x1f]", "?", name).strip("/") or "?"
        problem = f"it has an unsafe path, {name!r}; ask for the file itself"
        return PurePosixPath(re.sub(r"[/:]+|\.\.+", "_", shown)), problem
    return PurePosixPath(*parts), ""


def _zip_time(info, zone):
    """(time in UTC, whose time it is) of a zip entry: its extra field in UTC, else its local time in `zone`."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        if kind == UNIX_TIME and size >= 5 and len(extra) >= 9 and extra[4] & 1:
            seconds = struct.unpack("<i", extra[5:9])[0]
            return datetime.datetime.fromtimestamp(seconds, UTC), "time in the archive"
        extra = extra[4 + size :]
    if info.date_time[0] <= 1980:  # the beginning of zip's calendar: no time was kept
        return None, ""
    try:
        return datetime.datetime(*info.date_time, tzinfo=zone).astimezone(UTC), f"time in the archive, {zone}"
    except (ValueError, OverflowError):
        return None, ""

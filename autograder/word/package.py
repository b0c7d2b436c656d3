"""The parts of a .docx file: opened with care, or refused in words that say what the file is and what to do.

Only XML parts that are asked for are unpacked, each up to a limit; nothing is fetched and no entity is expanded.
Elements are found by their names without the namespace, since Word writes two of them.
"""

import io
import lzma
import posixpath
import zipfile
import zlib

from lxml import etree

FILE_LIMIT = 50 * 2**20  # bytes of a document
PART_LIMIT = 4 * 2**20  # bytes of one of its XML parts, unpacked
SAVE_AS = "Open it in the program it was made with, save it as a Word document (.docx), and hand that in."
# What reading a damaged or locked archive may raise.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, OSError, EOFError, ValueError)


class Unreadable(ValueError):
    """A file that is not a Word document; the message says what it is and what to do."""


class Package:
    """The parts of a .docx file that hold text. main: the root of the document itself."""

    def __init__(self, content):
        _refuse_others(content)
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(content))
            self.names = {name.replace("\\", "/").lower(): name for name in self.zip.namelist()}
        except DAMAGE:
            raise Unreadable("The file is damaged or was cut off. Save it again and hand it in anew.") from None
        _refuse_other_packages(self.names)
        start = [r for r in self.relations("") if r.get("Type", "").endswith("/officeDocument")]
        self.path = start[0].get("Target", "").lstrip("/") if start else "word/document.xml"
        self.main = self.part(self.path)
        if self.main is None or kind_of(self.main) != "document":
            raise Unreadable(f"This is not a Word document, though it may be called one. {SAVE_AS}")
        self.links = {r.get("Id"): r.get("Target", "") for r in self.relations(self.path)}

    def part(self, path):
        """The root of an XML part, or None when there is no such part."""
        name = self.names.get(path.lower())
        if name is None:
            return None
        try:
            with self.zip.open(name) as file:
                data = file.read(PART_LIMIT + 1)
        except DAMAGE:
            raise Unreadable("The file is damaged or locked. Save the document again, without a password.") from None
        if len(data) > PART_LIMIT:
            raise Unreadable(f"The document is too large: {path} has more than {PART_LIMIT // 2**20} MB of text.")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise Unreadable("The document is damaged. Open it in Word, save it again and hand it in anew.") from None
        if root.getroottree().docinfo.doctype:
            raise Unreadable("The document declares entities, which Word never does; it was not read.")
        return root

    def relations(self, path):
        """What a part refers to: the document itself, links, pictures."""
        folder, name = posixpath.split(path)
        root = self.part(posixpath.join(folder, "_rels", f"{name}.rels"))
        return [] if root is None else list(root)

    def beside(self, name):
        """A part in the folder of the document, such as styles.xml."""
        return self.part(posixpath.join(posixpath.dirname(self.path), name))


def _refuse_others(content):
    """Raise Unreadable for what is not a zip file, by its first bytes."""
    start = content[:512].lstrip()
    if not content:
        raise Unreadable("The file is empty. Save the document again and hand it in anew.")
    if len(content) > FILE_LIMIT:
        raise Unreadable(f"The file is larger than {FILE_LIMIT // 2**20} MB. Make its pictures smaller.")
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable("The document is locked with a password. Save it without one and hand it in anew.")
        raise Unreadable(f"This is a document of the old Word format (.doc). {SAVE_AS}")
    known = {
        b"%PDF": "a PDF",
        b"{\\rtf": "a document in Rich Text Format (.rtf)",
        b"{": "a notebook or another JSON file",
        b"<": "a web page or an XML file",
    }
    for sign, name in known.items():
        if start.startswith(sign):
            raise Unreadable(f"This is {name}, not a Word document. {SAVE_AS}")
    if content[:2] != b"PK":
        raise Unreadable(f"This is not a Word document. {SAVE_AS}")


def _refuse_other_packages(names):
    """Raise Unreadable for zip files that other programs made, by the names in them."""
    kinds = {
        "content.xml": "an OpenDocument file, as LibreOffice saves it (.odt)",
        "index/document.iwa": "a Pages document",
        "xl/workbook.xml": "an Excel workbook",
        "ppt/presentation.xml": "a PowerPoint presentation",
    }
    for name, kind in kinds.items():
        if name in names:
            raise Unreadable(f"This is {kind}, not a Word document. {SAVE_AS}")


# --- elements -----------------------------------------------------------------------------------------------


def kind_of(element):
    """The name of an element without its namespace."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def attribute(element, name="val"):
    """An attribute by its name without the namespace, or None."""
    return next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == name), None)


def below(element, *path):
    """The first element at this path below `element`, or None."""
    for name in path:
        element = next((child for child in element if kind_of(child) == name), None) if element is not None else None
    return element


def setting(element, *path):
    """The value of the property at this path below `element`, or None."""
    found = below(element, *path)
    return None if found is None else attribute(found)

"""Word documents as simple Markdown, whatever program wrote them.

package  →  reader  →  blocks
a .docx     its XML    Paragraphs and Tables, and how they look as Markdown
"""

from autograder.word.blocks import PICTURE, Document, Paragraph, Table, markdown
from autograder.word.package import DAMAGE, FILE_LIMIT, Unreadable
from autograder.word.reader import read

__all__ = ["DAMAGE", "FILE_LIMIT", "PICTURE", "Document", "Paragraph", "Table", "Unreadable", "markdown", "read"]

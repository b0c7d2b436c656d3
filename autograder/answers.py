"""Which part of a document answers which question.

A question is found by what is surest: its label ("Question 3") or its wording; else by words that look like one of
them, or by a bookmark of the template; and where a document has none of these, by bare numbers. What stands between
two places that were found belongs to the first of them.
"""

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from autograder.word import Paragraph, Table

PROMPT = re.compile(r"[*_]{0,3}write\s{1,9}your\s{1,9}answer\s{1,9}here\b[*_]{0,3}[.…]{0,3}[*_]{0,3}", re.IGNORECASE)
NUMBERS = dict(zip(["one", "two", "three", "four", "five", "six", "seven", "eight"], range(1, 9), strict=True))
LABEL = re.compile(
    r"\W*(?:answer\s+(?:to|for)\s+)?"
    r"(?:questions?|q|answer|task|written|frage|aufgabe|antwort|pregunta|respuesta|réponse|domanda|risposta|vraag|pytanie"
    r"|вопрос|ответ|问题|問題)"
    rf"[\s_#.-]{{0,3}}(?:no|nr|number|№)?[\s_#.-]{{0,3}}(\d{{1,2}}|{'|'.join(NUMBERS)})(?!\w)",
    re.IGNORECASE,
)
POINTS = re.compile(r"\(?\d{1,3}\s{0,3}(?:points?|pts?|marks?|punkte?|puntos?)\b\W*", re.IGNORECASE)
BARE_NUMBER = re.compile(r"\W?(\d{1,2})[.):]\s+")
SURE, LIKELY, MARKED = 3, 2, 1
TITLE_WORDS = 15  # a heading with more words is not a title but an answer in the wrong style


@dataclass(frozen=True)
class Question:
    """A question that is answered in words. text: its wording in Markdown."""

    number: int
    task: str
    heading: str
    text: str
    points: float

    @property
    def wording(self):
        return " ".join(self.text.replace("**", "").split())


@dataclass(frozen=True)
class Claim:
    """A paragraph says that here begins an answer. rest: what of it is answer already. by: label, wording or mark."""

    number: int
    strength: int
    rest: Paragraph | None = None
    by: str = "label"


@dataclass(frozen=True)
class Located:
    """answers: {question number: its blocks}, empty where the place was found and nothing stands there."""

    answers: dict
    before: list
    notes: tuple


def locate(blocks, questions):
    """Tell the answers in the blocks of a document apart."""
    flat = list(_flatten(blocks, questions))
    claims = [_claim(block, questions) for block in flat]
    sure = {claim.number for claim in claims if claim and claim.strength == SURE}
    used = [claim if claim and (claim.strength == SURE or claim.number not in sure) else None for claim in claims]
    notes = {}
    if not any(used):
        used = _by_bare_numbers(flat, len(questions))
        if any(used):
            notes["the questions were told apart by bare numbers only: look whether they are right"] = True
    runs = _cut(flat, used, {q.number: q for q in questions}, notes)
    answers: dict = {}
    for number, content in runs:
        if number and content and answers.get(number):
            notes[f"question {number} stands at several places; they were put together"] = True
        answers.setdefault(number, []).extend(content)
    return Located(answers, answers.pop(None, []), tuple(notes))


def _cut(flat, claims, questions, notes):
    """The document in runs: [number of the question or None, blocks of its answer]."""
    runs: list = [[None, []]]
    last = None
    for block, claim in zip(flat, claims, strict=True):
        if claim:
            if (
                last
                and claim.by == "wording"
                and last.by == "label"
                and claim.number != last.number
                and not runs[-1][1]
            ):
                notes[f"under the label of question {last.number} stands the wording of {claim.number}"] = True
            if claim.number != runs[-1][0]:
                runs.append([claim.number, []])
            last, block = claim, claim.rest
        if block is None:
            continue
        number, content = runs[-1]
        if isinstance(block, Table):
            content.append(block)
            continue
        block = block.without([found.span() for found in PROMPT.finditer(block.text)])
        opening = number and not content
        if block.text.strip() and not (opening and _share(block.text, questions[number].wording) >= 0.9):
            content.append(block)
    return runs


def _flatten(blocks, questions):
    """The blocks with tables that frame answers replaced by what is in them; tables within an answer stay."""
    for block in blocks:
        if isinstance(block, Table):
            inside = [list(_flatten(cell, questions)) for row in block.rows for cell in row]
            frames = max((len(row) for row in block.rows), default=0) <= 1
            if frames or any(_claim(item, questions) for cell in inside for item in cell):
                if block.marks:
                    yield Paragraph(marks=tuple(_of_caption(mark) for mark in block.marks))
                for cell in inside:
                    yield from cell
                continue
        yield block


def _of_caption(text):
    """The bookmark that the title of a box stands for ("Answer to question 2")."""
    number = re.search(r"\bquestion (\d+)$", text)
    return f"written_{number[1]}" if number else ""


# --- claims ------------------------------------------------------------------------------------------------


def _claim(block, questions):
    """The Claim of one block, or None."""
    if isinstance(block, Table):
        return None
    known = {question.number for question in questions}
    found = _by_label(block) or _by_wording(block, questions)
    if found is None or found.number not in known:
        found = _by_mark(block)
    return found if found and found.number in known else None


def _by_label(block):
    match = LABEL.match(block.text)
    if not match:
        return None
    number = NUMBERS.get(match[1].lower()) or int(match[1])
    line, newline, below = block.text[match.end() :].partition("\n")
    title = POINTS.sub("", line)
    end = match.end() + len(line) + len(newline)
    rest = replace(block.without([(0, end)]), heading=0) if below.strip() else None
    if not re.search(r"\w", title) or (block.heading and len(title.split()) <= TITLE_WORDS):
        return Claim(number, SURE, rest)
    punctuation = re.match(r"\s*[:.)\]\u2013\u2014-]+\s*", line)
    if not punctuation:
        return None
    return Claim(number, LIKELY, replace(block.without([(0, match.end() + punctuation.end())]), heading=0))


def _by_wording(block, questions):
    words = len(block.text.split())
    for question in questions if words >= 4 else ():
        there = _trigrams(question.wording)
        mine = _trigrams(block.text)
        if len(there & mine) >= 0.6 * len(there):
            return Claim(question.number, SURE, _beyond(block, question.wording), "wording")
    whole = [q.number for q in questions if words >= 5 and _share(block.text, q.wording) >= 0.9]
    return Claim(whole[0], LIKELY, None, "wording") if len(whole) == 1 else None


def _by_mark(block):
    for mark in block.marks:
        number = re.fullmatch(r"_?written_(\d+)(_question)?", mark)
        if number:
            is_title = number[2] and len(block.text.split()) <= TITLE_WORDS
            return Claim(int(number[1]), MARKED, None if is_title else block, "mark")
    return None


def _by_bare_numbers(flat, count):
    """Claims of the paragraphs that are numbered 1, 2, 3, … in this order; [] unless at least half are there."""
    claims: list = [None] * len(flat)
    due = 1
    for place, block in enumerate(flat):
        if isinstance(block, Table) or block.depth:
            continue
        typed = BARE_NUMBER.match(block.text)
        if typed and int(typed[1]) == due:
            claims[place] = Claim(due, LIKELY, block.without([(0, typed.end())]))
        elif block.bullet == f"{due}.":
            claims[place] = Claim(due, LIKELY, replace(block, bullet=""))
        due += claims[place] is not None
    return claims if count / 2 <= due - 1 <= count else [None] * len(flat)


@lru_cache(64)
def _trigrams(text):
    words = [word.lower() for word in re.findall(r"\w+", text)]
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


def _share(text, wording):
    """Which part of a text is taken from the wording of a question, from 0 to 1; 0 for fewer than five words."""
    mine = _trigrams(text)
    return len(mine & _trigrams(wording)) / len(mine) if len(mine) >= 3 else 0.0


def _beyond(block, wording):
    """What a paragraph says beyond the question that stands in it, or None."""
    words = list(re.finditer(r"\w+", block.text))
    theirs = re.findall(r"\w+", wording.lower())
    matcher = SequenceMatcher(None, [word[0].lower() for word in words], theirs, autojunk=False)
    parts = [part for part in matcher.get_matching_blocks() if part.size >= 3]
    ranges, position = [], 0
    for part in parts:
        start, end = words[part.a].start(), words[part.a + part.size - 1].end()
        end += len(re.match(r"[^\w\s]*", block.text[end:])[0])
        complete = part is parts[0] and part.b == 0  # the question is there from its first word: before it, an answer
        if not _is_more(block.text[position:start], complete):
            start = position
        ranges.append((start, end))
        position = end
    complete = bool(parts) and parts[-1].b + parts[-1].size == len(theirs)
    if not _is_more(block.text[position:], complete):
        ranges.append((position, len(block.text)))
    rest = replace(block.without(ranges), heading=0)
    return rest if rest.text.strip() else None


def _is_more(text, complete):
    """Beside a question: a word is an answer where the question is complete, else it takes four."""
    return len(re.findall(r"\w+", text)) >= (1 if complete else 4)

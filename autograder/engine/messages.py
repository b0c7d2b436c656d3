"""What a player says, taken for what it is worth: plain values of known form, within bounds; the rest is dropped."""

import json

from workbook import plain
from workbook.probe import Answer

OUTPUT_KEYS = ("output_type", "name", "text", "data", "metadata", "execution_count", "ename", "evalue", "traceback")
PRINTED_LIMIT = 200_000  # characters that programs of one cell print past Python which are kept
STREAM_LIMIT = 2 * PRINTED_LIMIT + 1_000  # characters of one output: what programs and what Python printed
OUTPUTS_LIMIT = 1_000  # outputs of one cell that are kept


class Transcript:
    """Fills a Played from the messages of a player."""

    def __init__(self, job, played):
        self.job, self.played = job, played
        self.known = {cell["id"] for cell in job.cells}
        self.running = None
        self.printed = 0
        self.to_clear = set()  # cells whose outputs go when the next one comes
        self.displays: dict = {}  # display id -> the outputs that show it

    def take(self, line):
        """Take one message; returns its kind, or None when it is dropped."""
        try:
            message = json.loads(line)
            kind, cell = message.get("kind"), message.get("cell")
            if kind == "finished":
                self.played.finished = True
            elif cell not in self.known:
                return None
            elif kind == "start":
                self.running, self.printed = cell, 0
            elif kind == "output":
                self._show(cell, message)
            elif kind == "clear":
                self.to_clear.add(cell)
                if message.get("wait") is not True:
                    self._clear(cell)
            elif kind == "end":
                self._end(cell, message)
            elif kind == "answer":
                self._keep_answer(cell, message)
            return kind
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
            return None

    def print(self, name, block):
        """Bytes that a program wrote to standard output or error."""
        text = block.decode("utf-8", "replace")[: max(0, PRINTED_LIMIT - self.printed)]
        self.printed += len(text)
        if self.running is not None and text:
            self._add(self.running, {"output_type": "stream", "name": name, "text": text})

    def _show(self, cell, message):
        output = _clean_output(message["output"])
        display_id = message.get("display_id")
        if isinstance(display_id, str) and message.get("update") is True:
            for shown in self.displays.get(display_id, ()):
                shown.update(data=output["data"], metadata=output["metadata"])
            return
        self._add(cell, output)
        if isinstance(display_id, str) and self.played.outputs[cell][-1] is output:
            self.displays.setdefault(display_id, []).append(output)

    def _add(self, cell, output):
        self._clear(cell)
        outputs = self.played.outputs.setdefault(cell, [])
        last = outputs[-1] if outputs else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] = _overprint((last["text"] + output["text"])[:STREAM_LIMIT])
        elif len(outputs) < OUTPUTS_LIMIT:
            outputs.append(output)
        elif len(outputs) == OUTPUTS_LIMIT:
            outputs.append({"output_type": "stream", "name": "stderr", "text": "… (further outputs left out here)\n"})

    def _clear(self, cell):
        if cell in self.to_clear:
            self.to_clear.discard(cell)
            self.played.outputs[cell] = []

    def _end(self, cell, message):
        count = message.get("count")
        if type(count) is int and 0 <= count < 10**6:
            self.played.counts[cell] = count
        if isinstance(message.get("error"), dict):
            self.played.errors[cell] = {
                key: plain.legal(message["error"].get(key, ""), 500) for key in ("type", "message")
            }

    def _keep_answer(self, cell, message):
        index, slots = message["index"], self.played.answers.get(cell)
        if slots is not None and isinstance(index, int) and 0 <= index < len(slots):
            slots[index] = Answer.from_plain(message["answer"])


def _overprint(text):
    """Printed text as a notebook keeps it: unchanged but for lines that were printed over, as progress bars are."""
    if "\r" not in text:
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line if line.endswith("\r") else line.rsplit("\r", 1)[-1] for line in lines)


def _clean_output(output):
    """An nbformat output with known keys only."""
    output = {key: output[key] for key in OUTPUT_KEYS if key in output}
    kind = output["output_type"]
    if kind == "stream":
        name = "stderr" if output["name"] == "stderr" else "stdout"
        return {"output_type": kind, "name": name, "text": str(output["text"])[:STREAM_LIMIT]}
    if kind == "error":
        trace = [str(line) for line in output["traceback"]][:200]
        return {
            "output_type": kind,
            "ename": str(output["ename"]),
            "evalue": str(output["evalue"]),
            "traceback": trace,
        }
    if kind not in ("display_data", "execute_result"):
        raise ValueError(kind)
    data = {
        str(mime): value if isinstance(value, (str, dict, list)) else str(value)
        for mime, value in dict(output["data"]).items()
    }
    clean = {"output_type": kind, "data": data, "metadata": dict(output.get("metadata") or {})}
    count = output.get("execution_count")
    return clean | ({"execution_count": count if isinstance(count, int) else None} if kind == "execute_result" else {})

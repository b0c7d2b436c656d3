"""The instructor's side: tasks, judge, build, engine, grades and the command line."""

import sys

# jsonschema, which the notebook libraries import, would build a grammar of internationalised addresses with this
# optional package: nearly a second of every command, for a check that no notebook needs.
sys.modules.setdefault("rfc3987_syntax", None)

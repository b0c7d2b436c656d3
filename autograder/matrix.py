"""The kill matrix: every known version of every task, judged, as text and as a page."""

from collections import Counter
from dataclasses import dataclass

from autograder import judge, tasks
from autograder.feedback import templates

KINDS = {"right": "right", "mistake": "wrong", "blank": "blank"}


@dataclass(frozen=True)
class Row:
    """One version of a task, judged once a seed."""

    task: str
    kind: str
    version: str
    kills: tuple

    @property
    def ok(self):
        """What should come out came out, with every seed."""
        return all(kill.ok for kill in self.kills)

    @property
    def state(self):
        """The verdict; several where the seeds do not agree."""
        return " / ".join(dict.fromkeys(kill.state for kill in self.kills))

    @property
    def named(self):
        """The mistake that was named, or several where the seeds do not agree."""
        return " / ".join(dict.fromkeys(kill.named or "no name" for kill in self.kills))

    @property
    def passed(self):
        return any(kill.state == "passed" for kill in self.kills)


def rows(names=None, seeds=(judge.SEED,)):
    """Yield the rows of the tasks called `names` (default: all that a machine judges)."""
    for name, task in tasks.all_tasks().items():
        if task.model is None or (names and name not in names):
            continue
        for kills in zip(*(list(judge.matrix(task, seed)) for seed in seeds), strict=True):
            yield Row(name, kills[0].kind, kills[0].version, kills)


def totals(judged):
    """Counts of a list of rows: what passed, what was killed, what was named rightly and what wrongly."""
    counts = Counter()
    for row in judged:
        counts[row.kind] += 1
        counts[f"{row.kind} ok"] += row.ok
        if row.kind == "mistake":
            counts["killed"] += not row.passed
            counts["wrong names"] += any(kill.named not in (None, row.version) for kill in row.kills)
    return {
        "rights": counts["right"],
        "passed": counts["right ok"],
        "wrongs": counts["mistake"],
        "killed": counts["killed"],
        "named": counts["mistake ok"],
        "wrong_names": counts["wrong names"],
        "blanks": counts["blank"],
        "blanks_ok": counts["blank ok"],
    }


def by_task(judged):
    """The rows task by task: {task: [Row, ...]}."""
    groups: dict = {}
    for row in judged:
        groups.setdefault(row.task, []).append(row)
    return groups


def page(judged, seeds, mutants=()):
    """The kill matrix as an HTML page."""
    groups = by_task(judged)
    share = totals(judged)
    return (
        templates()
        .get_template("matrix.html.j2")
        .render(
            title="Kill matrix: the test of the judge",
            all=share,
            named_share=share["named"] / max(share["killed"], 1),
            tasks=[{"name": name, "rows": group, "totals": totals(group)} for name, group in groups.items()],
            exceptions=[row for row in judged if not row.ok],
            kinds=KINDS,
            seeds=seeds,
            mutants=mutants,
            mutants_killed=sum(mutant.killed for mutant in mutants),
            equivalent=[mutant for mutant in mutants if mutant.reason],
            survivors=[mutant for mutant in mutants if not mutant.ok],
        )
    )

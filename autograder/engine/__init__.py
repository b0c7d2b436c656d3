"""The engine plays a submission's notebook in a process of its own and asks it questions.

It knows notebooks, probes and limits, and nothing of tasks or grades. `play` is a pure function: a Job goes in, a
Played comes out, both plain data, so that a local pool and a cluster run the same code.
"""

from autograder.engine.job import LOST, Job, Limits, Played, Question
from autograder.engine.run import missing_walls, play

__all__ = ["LOST", "Job", "Limits", "Played", "Question", "missing_walls", "play"]

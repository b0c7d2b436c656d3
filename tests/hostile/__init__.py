"""Submissions that try to do harm, to cheat or to break the run, and what must hold for each."""

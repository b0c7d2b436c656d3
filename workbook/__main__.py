"""`python -m workbook doctor`, `progress` and `submit`: the helper module's commands."""

import argparse
import sys


def main(arguments=None):
    """Run one command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m workbook", description="Commands of the workbook.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("doctor", help="say what is missing, too old or wrong, and how to repair it")
    overview = commands.add_parser("progress", help="show what is done, next and open, from the saved notebooks")
    hand_in = commands.add_parser("submit", help="save a checked zip of a module, ready to hand in")
    hand_in.add_argument("module", help="the number or the folder of the module, such as 2")
    hand_in.add_argument("--to", help="the folder for the zip file (default: the folder of the notebooks)")
    hand_in.add_argument("--force", action="store_true", help="save it though a notebook is missing or broken")
    hand_in.add_argument("--no-run", action="store_true", help="do not run the notebooks first")
    for command in (overview, hand_in):
        command.add_argument("--folder", help="the folder of all notebooks (default: found from here)")
    given = parser.parse_args(arguments)
    if given.command == "doctor":
        from workbook.doctor import main as examine

        return examine()
    if given.command == "progress":
        from workbook.progress import read

        print(read(given.folder))
        return 0
    from workbook.submit import main as submit

    return submit(given.module, given.folder, given.to, given.force, not given.no_run)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # old consoles of Windows know no ✓
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    sys.exit(main())

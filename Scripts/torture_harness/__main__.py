"""Tortures asset-catalog for a while and counts what was tried. Called by Scripts/torture; see its head for the options."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from crowds import Crowds
from flips import Flips
from herds import Herds
from kills import Kills
from program import Program
from runner import parse, torture
from swaps import Swaps
from traces import Traces

COMMAND = "Scripts/torture"
ATTACKS = {"kill": (Kills, 4), "flip": (Flips, 3), "herd": (Herds, 1), "swap": (Swaps, 1), "trace": (Traces, 1), "crowd": (Crowds, 2)}

options = parse(COMMAND, "Tortures asset-catalog and compares every answer with an oracle.", ATTACKS)
program = Program(options.program)
if not program.strace:
    print("strace is not there: nothing is killed at a system call, and nothing is traced.")
    options.only = [name for name in options.only if name != "trace"]
status = torture(COMMAND, options, ATTACKS, program)
print(f"{program.commands} commands.")
sys.exit(status)

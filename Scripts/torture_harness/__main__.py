"""Tortures asset-catalog for a while and counts what was tried. Called by Scripts/torture; see its head for the options."""
import argparse, os, random, shutil, sys, tempfile, time, traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from crowds import Crowds
from flips import Flips
from herds import Herds
from kills import Kills
from program import Program, Violation
from swaps import Swaps
from traces import Traces

ATTACKS = {"kill": (Kills, 4), "flip": (Flips, 3), "herd": (Herds, 1), "swap": (Swaps, 1), "trace": (Traces, 1), "crowd": (Crowds, 2)}


def parse():
    parser = argparse.ArgumentParser(prog="Scripts/torture", description="Tortures asset-catalog and compares every answer with an oracle.")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=60, help="how long, in all; each attack gets its share (60)")
    parser.add_argument("--seed", type=int, help="of all random choices; another one each time if it is left out")
    parser.add_argument("--only", default=",".join(ATTACKS), help=f"some of {','.join(ATTACKS)}")
    parser.add_argument("--rounds", type=int, help="so many rounds of each attack, however long they take")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = [name for name in options.only if name not in ATTACKS]
    if unknown:
        parser.error(f"there is no attack {unknown[0]!r}: choose from {', '.join(ATTACKS)}")
    if options.seed is None:
        options.seed = random.randrange(1 << 32)
    return options


def rounds(attack, name, seconds, wanted):
    """Goes through rounds until the time is over; the least number is made in any case."""
    if name == "crowd" and not wanted:
        attack.round(seconds=max(5, seconds))
        return
    end, number = time.monotonic() + seconds, 0
    while number < wanted if wanted else number < attack.LEAST_ROUNDS or time.monotonic() < end:
        attack.round()
        number += 1
    if hasattr(attack, "end"):
        attack.end()


def main():
    options = parse()
    program = Program(options.program)
    folder = tempfile.mkdtemp(prefix="torture-")
    if not program.strace:
        print("strace is not there: nothing is killed at a system call, and nothing is traced.")
        options.only = [name for name in options.only if name != "trace"]
    shares = sum(ATTACKS[name][1] for name in options.only)
    for name in options.only:
        kind, share = ATTACKS[name]
        # Each attack has random numbers of its own, so that it can be repeated alone.
        attack, begin = kind(program, folder, random.Random(f"{options.seed} {name}")), time.monotonic()
        try:
            rounds(attack, name, options.seconds * share / shares, options.rounds)
        except Violation as violation:
            for reader in getattr(attack, "readers", []):
                reader.kill()
            story = "\n".join(f"  {line}" for line in getattr(attack.ground, "story", []))
            print(f"{name}: VIOLATION in round {attack.rounds}: {violation}\n{story}\nThe tree and its index are kept in {attack.ground.root}"
                  f"\nTo try again: Scripts/torture --seed {options.seed} --only {name}")
            return 1
        except Exception:
            traceback.print_exc()
            print(f"{name}: the harness failed; --seed {options.seed}; the tree is kept in {folder}")
            return 1
        counted = ", ".join(f"{number} {what}" for what, number in sorted(attack.counts.items()))
        print(f"{name}: {attack.rounds} rounds in {time.monotonic() - begin:.0f} s: {counted}", flush=True)
        missing = [what for what in getattr(attack, "MUST_COUNT", ()) if not attack.counts[what]]
        if missing:
            print(f"{name}: nothing was {missing[0]}: this proves nothing")
            return 1
    shutil.rmtree(folder)
    print(f"No violation; seed {options.seed}, {program.commands} commands.")
    return 0


sys.exit(main())

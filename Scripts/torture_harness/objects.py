"""Tortures asset-catalog on a tree in a bucket. Called by Scripts/torture_objects; see its head for the options."""
import argparse, os, random, shutil, sys, tempfile, time, traceback

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from bucket_clocks import Clocks
from bucket_denials import Denials
from bucket_edits import Edits
from bucket_kills import BucketKills
from bucket_outages import Outages
from program import Violation

ATTACKS = {"edit": (Edits, 4), "kill": (BucketKills, 3), "outage": (Outages, 3), "clock": (Clocks, 3),
           "deny": (Denials, 1)}


def parse():
    parser = argparse.ArgumentParser(prog="Scripts/torture_objects", description="Tortures asset-catalog on a tree in a bucket.")
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


def rounds(attack, seconds, wanted):
    """Goes through rounds until the time is over; the least number is made in any case."""
    end, number = time.monotonic() + seconds, 0
    def is_enough():
        if wanted:
            return number >= wanted
        # What chance has left out so far has some more rounds to happen.
        proves = all(attack.counts[what] for what in attack.MUST_COUNT) or number >= 4 * attack.LEAST_ROUNDS
        return number >= attack.LEAST_ROUNDS and time.monotonic() >= end and proves

    while not is_enough():
        attack.round()
        number += 1
    if hasattr(attack, "end"):
        attack.end()


def main():
    options = parse()
    folder = tempfile.mkdtemp(prefix="torture-")
    shares = sum(ATTACKS[name][1] for name in options.only)
    for name in options.only:
        kind, share = ATTACKS[name]
        # Each attack has random numbers of its own, so that it can be repeated alone.
        attack, begin = kind(options.program, folder, random.Random(f"{options.seed} {name}")), time.monotonic()
        try:
            rounds(attack, options.seconds * share / shares, options.rounds)
        except Violation as violation:
            story = "\n".join(f"  {line}" for line in getattr(attack.ground, "story", []))
            print(f"{name}: VIOLATION in round {attack.rounds}: {violation}\n{story}\nThe indexes are kept in {folder}"
                  f"\nTo try again: Scripts/torture_objects --seed {options.seed} --only {name}")
            return 1
        except Exception:
            traceback.print_exc()
            story = "\n".join(f"  {line}" for line in getattr(attack.ground, "story", []))
            print(f"{name}: the harness failed; --seed {options.seed}; the indexes are kept in {folder}\n{story}")
            return 1
        counted = ", ".join(f"{number} {what}" for what, number in sorted(attack.counts.items()))
        print(f"{name}: {attack.rounds} rounds in {time.monotonic() - begin:.0f} s: {counted}", flush=True)
        missing = [what for what in attack.MUST_COUNT if not attack.counts[what]]
        if missing:
            print(f"{name}: nothing was {missing[0]}: this proves nothing")
            return 1
    shutil.rmtree(folder)
    print(f"No violation; seed {options.seed}.")
    return 0


sys.exit(main())

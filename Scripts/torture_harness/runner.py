"""Lets attacks go on for a while, each for its share of the time, and counts what was tried."""
import argparse, os, random, shutil, tempfile, time, traceback

from program import Violation

# Rounds of an attack for each of its least number, in which chance may still bring what must happen.
PATIENCE = 4


def parse(command, description, attacks):
    parser = argparse.ArgumentParser(prog=command, description=description)
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=60, help="how long, in all; each attack gets its share (60)")
    parser.add_argument("--seed", type=int, help="of all random choices; another one each time if it is left out")
    parser.add_argument("--only", default=",".join(attacks), help=f"some of {','.join(attacks)}")
    parser.add_argument("--rounds", type=int, help="this many rounds of each attack, however long they take")
    options = parser.parse_args()
    options.only = options.only.split(",")
    unknown = [name for name in options.only if name not in attacks]
    if unknown:
        parser.error(f"there is no attack {unknown[0]!r}: choose from {', '.join(attacks)}")
    if options.seed is None:
        options.seed = random.randrange(1 << 32)
    return options


def rounds(attack, seconds, wanted):
    """Goes through rounds until the time is over; the least number is made in any case."""
    if hasattr(attack, "LEAST_SECONDS") and not wanted:
        # One round goes on for as long as it is given.
        attack.round(seconds=max(attack.LEAST_SECONDS, seconds))
        return
    end, number = time.monotonic() + seconds, 0

    def is_enough():
        if wanted:
            return number >= wanted
        if number < attack.LEAST_ROUNDS or time.monotonic() < end:
            return False
        # What some count only at their end has to be waited for.
        return hasattr(attack, "end") or not missing(attack) or number >= PATIENCE * attack.LEAST_ROUNDS

    while not is_enough():
        attack.round()
        number += 1
    if hasattr(attack, "end"):
        attack.end()


def missing(attack):
    return [what for what in getattr(attack, "MUST_COUNT", ()) if not attack.counts[what]]


def torture(command, options, attacks, program):
    """The status to end with.

    - attacks: for each name the kind, and its share of the time.
    - program: what an attack is made for.
    """
    folder = tempfile.mkdtemp(prefix="torture-")
    shares = sum(attacks[name][1] for name in options.only)
    for name in options.only:
        kind, share = attacks[name]
        # Each attack has random numbers of its own, so that it can be repeated alone.
        attack, begin = kind(program, folder, random.Random(f"{options.seed} {name}")), time.monotonic()
        try:
            rounds(attack, options.seconds * share / shares, options.rounds)
        except Exception as error:
            for reader in getattr(attack, "readers", []):
                reader.kill()
            if isinstance(error, Violation):
                print(f"{name}: VIOLATION in round {attack.rounds}: {error}")
            else:
                traceback.print_exc()
                print(f"{name}: the harness failed")
            print("\n".join(f"  {line}" for line in getattr(attack.ground, "story", [])))
            print(f"All is kept in {folder}.\nTo try again: {command} --seed {options.seed} --only {name}")
            return 1
        counted = ", ".join(f"{number} {what}" for what, number in sorted(attack.counts.items()))
        print(f"{name}: {attack.rounds} rounds in {time.monotonic() - begin:.0f} s: {counted}", flush=True)
        if missing(attack):
            print(f"{name}: nothing was {missing(attack)[0]}: this proves nothing")
            return 1
    shutil.rmtree(folder)
    print(f"No violation; seed {options.seed}.")
    return 0

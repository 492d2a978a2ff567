#!/usr/bin/env python3
"""cron_differential [--years N] [--lines N] [--seed S]: our ticks of cron against a brute-force reference.

For each zone in Tests/Fixtures/policy/zoneinfo and UTC it draws years from 2000 to 2037 and lines of cron, enumerates every
minute of wall time or of real time by Debian's rule, and asks CronExpression through the test `CronDifferentialTests` for
all ticks of the year, forwards and backwards. Needs only Python 3.9 and what Scripts/setup sees to. Exits 1 if there is a disagreement.

The rule, as cron(8) of Debian's cron 3.0pl1 states it: a line whose minute or hour begins with * ticks at each real minute
whose wall time matches; any other once for each matching wall time, in a fold at the first of both, in a gap shorter than
three hours at the first instant after it, in a longer gap not at all. Ticks at one instant are one.
"""
import argparse, calendar, os, pathlib, random, subprocess, sys, tempfile
from datetime import date, datetime, timedelta, timezone

ROOT = pathlib.Path(__file__).resolve().parents[2]
ZONES = ROOT / "Tests/Fixtures/policy/zoneinfo"
if os.environ.get("PYTHONTZPATH") != str(ZONES):  # read when Python starts
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONTZPATH": str(ZONES)})
from zoneinfo import ZoneInfo

UTC, MINUTE = timezone.utc, timedelta(minutes=1)
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()


def numbers(field, low, high, names=(), first=0):
    """What a field without L, W and # means, as a set."""
    def number(text):
        return names.index(text) + first if text in names else int(text)
    found = set()
    for term in field.split(","):
        base, _, step = term.partition("/")
        if base == "*":
            a, b = low, high
        elif "-" in base:
            a, b = map(number, base.split("-"))
        else:
            a = b = number(base)
        found.update(range(a, b + 1, int(step or 1)))
    return found


class Line:
    def __init__(self, text):
        minute, hour, self.dom, month, self.dow = text.split()
        self.minutes, self.hours = numbers(minute, 0, 59), numbers(hour, 0, 23)
        self.months = numbers(month, 1, 12, MONTHS, 1)
        self.needs_both = self.dom.startswith("*") or self.dow.startswith("*")
        self.follows_clock = minute.startswith("*") or hour.startswith("*")

    def has_date(self, day):
        last = calendar.monthrange(day.year, day.month)[1]
        weekday = day.isoweekday() % 7

        def by_number(term):
            if term == "L": return day.day == last
            if term == "LW":
                end = date(day.year, day.month, last)
                while end.isoweekday() > 5: end -= timedelta(days=1)
                return day == end
            return day.day in numbers(term, 1, 31)

        def by_weekday(term):
            if term.endswith("L"): return weekday in {n % 7 for n in numbers(term[:-1], 0, 7, DAYS)} and day.day + 7 > last
            if "#" in term:
                name, week = term.split("#")
                return weekday in {n % 7 for n in numbers(name, 0, 7, DAYS)} and (day.day + 6) // 7 == int(week)
            return weekday in {n % 7 for n in numbers(term, 0, 6 if term.startswith("*") else 7, DAYS)}

        dom, dow = any(map(by_number, self.dom.split(","))), any(map(by_weekday, self.dow.split(",")))
        return day.month in self.months and ((dom and dow) if self.needs_both else (dom or dow))


def ticks(line, zone, begin, end):
    """All ticks in [begin, end), by a look at every minute."""
    found = set()
    if line.follows_clock:
        now = begin
        while now < end:
            wall = now.astimezone(zone)
            if wall.minute in line.minutes and wall.hour in line.hours and wall.second == 0 and line.has_date(wall.date()):
                found.add(now)
            now += MINUTE
        return found
    day = begin.astimezone(zone).date() - timedelta(days=2)
    while day <= end.astimezone(zone).date() + timedelta(days=2):
        if line.has_date(day):
            for hour in line.hours:
                for minute in line.minutes:
                    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    instant = wall.astimezone(UTC)  # fold 0: the first of both
                    if instant.astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
                        # In a gap. Fold 0 took the offset before it, fold 1 that after it.
                        before, after = wall.utcoffset(), wall.replace(fold=1).utcoffset()
                        if after - before >= timedelta(hours=3): continue
                        # The first instant after the gap: where the offset changes.
                        low, high = instant - (after - before) - timedelta(hours=1), instant + timedelta(hours=1)
                        while high - low > timedelta(seconds=1):
                            middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
                            if middle.astimezone(zone).utcoffset() == before: low = middle
                            else: high = middle
                        instant = high
                    if begin <= instant < end: found.add(instant)
        day += timedelta(days=1)
    return found


def field(rng, low, high, kinds, names=()):
    def one():
        value = rng.randint(low, high)
        return rng.choice(names) if names and rng.random() < 0.3 else str(value)
    kind = rng.choice(kinds)
    if kind == "*": return "*"
    if kind == "n": return one()
    if kind == "l": return ",".join(one() for _ in range(rng.randint(2, 4)))
    if kind == "s": return f"*/{rng.randint(1, max(1, high // 2))}"
    if kind == "L": return rng.choice(["L", "LW", "L,1", "15,LW"])
    if kind == "W": return rng.choice(["FRIL", "5L", "MON#2", "0#1,6L", "TUE#5", "7#3"])
    a = rng.randint(low, high - 1)
    b = rng.randint(a + 1, high)
    return f"{a}-{b}" if kind == "r" else f"{a}-{b}/{rng.randint(1, 5)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--lines", type=int, default=4, help="lines of cron for each year and zone")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    zones = sorted(str(path.relative_to(ZONES)) for path in ZONES.glob("*/*") if path.is_file()) + ["UTC"]
    cases = []
    for zone in zones:
        for _ in range(options.years):
            year = rng.choice([2006, 2009, 2010, 2011, 2018, 2019] + list(range(2000, 2038)))
            for _ in range(options.lines):
                # Hours in the night more often than not: there clocks change.
                hour = field(rng, 0, 3, "nnlrs*t") if rng.random() < 0.6 else field(rng, 0, 23, "nnlrs*t")
                line = " ".join([field(rng, 0, 59, "nnnlsst*"), hour, field(rng, 1, 31, "*****nlrL"),
                                 field(rng, 1, 12, "*****lnr", MONTHS), field(rng, 0, 6, "****nlrsW", DAYS)])
                cases.append((zone, line, year))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "cases"
        path.write_text("".join("\t".join(map(str, case)) + "\n" for case in cases))
        test = subprocess.run(["bash", "-c", ". Scripts/setup && swift test --filter CronDifferentialTests"], cwd=ROOT,
                              stdout=subprocess.DEVNULL, env={**os.environ, "CRON_CASES": str(path)})
        if test.returncode:
            sys.exit(test.returncode)
        answers = pathlib.Path(str(path) + ".answers").read_text().split("\n")[:-1]
    assert len(answers) == len(cases)
    wrong = counted = 0
    for (zone, line, year), answer in zip(cases, answers):
        if answer == "never":
            forwards, backwards = [], []
        else:
            forwards, backwards = ([int(n) for n in part.split(",") if n] for part in answer.split("\t"))
        begin, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        expected = sorted(int(tick.timestamp()) for tick in ticks(Line(line), UTC if zone == "UTC" else ZoneInfo(zone), begin, end))
        counted += len(expected)
        if forwards != expected or backwards != expected[::-1]:
            wrong += 1
            if wrong <= 10:
                odd = sorted(set(forwards) ^ set(expected))[:3] or sorted(set(backwards) ^ set(expected))[:3]
                print(f"{line!r} in {zone} {year}: {len(forwards)}, {len(backwards)} ticks instead of {len(expected)}; "
                      f"first at {[datetime.fromtimestamp(n, UTC).isoformat() for n in odd]}")
    print(f"{len(cases)} years of a line in {len(zones)} zones, {counted} ticks, {wrong} disagreements")
    sys.exit(1 if wrong else 0)


main()

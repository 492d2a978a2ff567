"""Results as a Markdown table."""

import statistics
from dataclasses import dataclass


@dataclass
class Result:
    """One row. `values` are ratios, or amounts in `unit` where there is nothing to divide by."""

    title: str
    values: list[float]
    ours: str = ""
    other: str = ""
    unit: str = ""
    must: float | None = None
    aim: float | None = None
    note: str = ""
    # Whether the limit is one from below: more is better.
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.must is None:
            return "–"
        median = statistics.median(self.values)
        if self.at_least:
            return "ok" if median >= self.must else "**missed**"
        if self.aim is not None and median <= self.aim:
            return "ok, aim met"
        return "ok" if median <= self.must else "**missed**"

    def scaled(self, factor: float) -> "Result":
        """The same row with its ratios multiplied, where one side did more of the same work."""
        self.values = [value * factor for value in self.values]
        return self


def table(results: list[Result]) -> str:
    lines = [
        "| figure | median | min – max | ours | compared with | must | aim | |",
        "| --- | ---: | --- | --- | --- | ---: | ---: | --- |",
    ]
    for result in results:
        digits = _digits(result.values)
        low, high = min(result.values), max(result.values)
        spread = f"{low:.{digits}f} – {high:.{digits}f}" if len(result.values) > 1 else ""
        unit = f" {result.unit}" if result.unit else ""
        cells = [
            result.title, f"{statistics.median(result.values):.{digits}f}{unit}", spread, result.ours, result.other,
            _limit(result.must, unit, result.at_least), _limit(result.aim, unit), result.verdict,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _limit(limit: float | None, unit: str, at_least: bool = False) -> str:
    return "" if limit is None else f"{'≥' if at_least else '≤'} {limit:g}{unit}"


def _digits(values: list[float]) -> int:
    median = statistics.median(values)
    return 0 if median >= 100 else 1 if median >= 10 else 2 if median >= 0.1 else 3

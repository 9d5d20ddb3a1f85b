"""Two things timed by turns, so that whatever else the machine does happens to both; their ratio, and how much it spreads."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

ROUNDS = 31


@dataclass(frozen=True)
class Ratio:
    """Medians of both in seconds, and the middle half of the ratios of neighbours."""

    ours: float
    floor: float
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.ours / self.floor


def seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def beside(ours: Callable[[], object], floor: Callable[[], object], rounds: int = ROUNDS) -> Ratio:
    """Time both `rounds` times by turns, after one run of each that does not count."""
    ours()
    floor()
    times = [(seconds(ours), seconds(floor)) for _ in range(rounds)]
    ratios = [mine / least for mine, least in times]
    low, _, high = statistics.quantiles(ratios, n=4) if rounds > 1 else ratios * 3
    return Ratio(
        statistics.median(mine for mine, _ in times), statistics.median(least for _, least in times), low, high
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all (0 to 1) do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


@dataclass
class Sheet:
    """Prints each measurement as it is made, and at the end those above their limits."""

    above: list[str] = field(default_factory=list)

    def heading(self, text: str) -> None:
        print(f"\n{text}", flush=True)

    def ratio(self, name: str, found: Ratio, limit: float | None = None) -> None:
        spread = f"{found.low:.2f}–{found.high:.2f}"
        self._line(
            name,
            f"{found.value:5.2f} × ({spread})  {found.ours * 1000:8.1f} ms / {found.floor * 1000:.1f} ms",
            found.value,
            limit,
            "×",
        )

    def number(self, name: str, value: float, unit: str, limit: float | None = None) -> None:
        self._line(name, f"{value:9,.2f} {unit}" if value % 1 else f"{value:6,.0f} {unit}", value, limit, unit)

    def _line(self, name: str, text: str, value: float, limit: float | None, unit: str) -> None:
        told = "" if limit is None else f"  limit {limit:g} {unit}{'' if value <= limit else '  ABOVE'}"
        print(f"  {name:<44} {text}{told}", flush=True)
        if limit is not None and value > limit:
            self.above.append(f"{name}: {value:.2f}, limit {limit:g} {unit}")

    def close(self) -> None:
        self.heading(f"Above their limits: {len(self.above)}" if self.above else "Everything is within its limits.")
        for line in self.above:
            print(f"  {line}", flush=True)

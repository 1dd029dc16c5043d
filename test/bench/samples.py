# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
"""What test/bench/compare measured: the samples of its parts, and figures that
are made of them.  No figure and no ratio is made of samples of two files, which
are of two boots.
"""

import collections
import math
import os
import re
import sys

STAGES = ["started", "ready", "first_ping", "destroyed"]
TOOLS = ["floor", "floor-known", "uvnfd", "uvnfd-known", "uvnfctl",
         "libvirt-fast", "xl-fast", "virsh", "xl"]
SOURCES = ["armed", "booted", "paused", "cold", None]
PARTS = ["rounds", "known", "refill", "curve", "ocaml"]
P99_MIN = 100

# How many samples a figure is to have.
NEED_QUICK = 500
NEED_SLOW = 30
NEED_PACED = 510
NEED_KNOWN = 120
NEED_CURVE = 114
NEED_SHELLS = 90


def quantile(values, q):
    """The nearest rank: a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)]


def ranks(n, q, alpha):
    """Between which of n sorted values the true quantile is but for a chance
    of alpha: the binomial interval of src/bench/interval.c, where 0 and n + 1
    are no bound."""
    if n == 0:
        return 0, 1
    chances = [math.exp(math.lgamma(n + 1) - math.lgamma(k + 1)
                        - math.lgamma(n - k + 1) + k * math.log(q)
                        + (n - k) * math.log1p(-q)) for k in range(n + 1)]

    def first(below):
        """How many of them together have a chance of at most alpha / 2."""
        total = 0
        for k, chance in enumerate(below):
            total += chance
            if total > alpha / 2:
                return k
        return n

    return first(chances), n + 1 - first(reversed(chances))


def bounds(values, q):
    """Two of them may miss with half of 5 % each."""
    low, high = ranks(len(values), q, 0.025)
    if low == 0 or high > len(values):
        return None
    ordered = sorted(values)
    return ordered[low - 1], ordered[high - 1]


def ratio(a, b):
    return None if a is None or b is None or b <= 0 else a / b


def label(tool, source):
    return tool if source is None else f"{tool} {source}"


class Part:
    """One boot: what its file says of itself."""

    def __init__(self, path):
        self.name = os.path.basename(path)
        self.conditions = {}
        self.ended = False
        self.xenstored = "c"


class Samples:
    """What the runs said, each xenstored's apart."""

    def __init__(self, paths):
        self.parts = []
        self.times = collections.defaultdict(list)
        self.origin = {}
        self.refills = collections.defaultdict(list)
        self.pairs = collections.defaultdict(list)
        self.memory = []
        self.counts = []
        self.failures = []
        self.dropped = collections.defaultdict(list)
        for path in paths:
            self._read(path)

    def _read(self, path):
        self.parts.append(Part(path))
        if not os.path.isfile(path):
            sys.exit(f"report: no such file: {path}")
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                # Behind a cut there may be half a line.
                if not line.endswith("\n"):
                    continue
                try:
                    self._take(self.parts[-1], line.rstrip("\n").split("\t"))
                except (ValueError, IndexError):
                    sys.exit(f"report: {path}:{number}: not understood: "
                             f"{line.strip()!r}")

    def _own(self, part, when):
        """Two boots are not to be taken for one."""
        other = self.origin.setdefault((part.xenstored, when), part)
        if other is not part:
            sys.exit(f"report: '{other.name}' and '{part.name}' both have "
                     f"samples of '{when}': those of two boots are not put "
                     "together; make pages of either")

    def _take(self, part, words):
        kind = words[0]
        if kind == "part":
            part.name = words[1]
        elif kind == "condition":
            part.conditions.setdefault(words[1], words[2])
        elif kind == "sample":
            tool, source, stage, when, us = words[1:6]
            self._own(part, when)
            key = (part.xenstored, tool, None if source == "-" else source,
                   stage, when)
            self.times[key].append(int(us))
        elif kind == "pair":
            self._own(part, words[1])
            self.pairs[part.xenstored, words[1]].append(
                int(words[2]) - int(words[3]))
        elif kind == "refill":
            self._own(part, words[2])
            self.refills[part.xenstored, words[1], words[2]].append(
                (int(words[3]), int(words[4])))
        elif kind == "memory":
            self._own(part, "memory")
            if part.xenstored == "c":
                self.memory.append(tuple(int(word) for word in words[1:5]))
        elif kind == "counts":
            self.counts.append((words[1], *(int(w) for w in words[2:6])))
        elif kind == "failed":
            self.failures.append((part.name, *words[1:4]))
        elif kind == "dropped":
            self.dropped[part.name, *words[1:5]].append(int(words[5]))
        elif kind == "xenstored":
            part.xenstored = words[1]
        elif kind == "end":
            part.ended = True
        else:
            raise ValueError(kind)

    def guest(self):
        """Of the part that benchmarks.json is made of."""
        part = self.origin.get(("c", "main"))
        return (part.conditions if part else {}).get("guest", "unknown")

    def get(self, tool, source, stage, when="main", xenstored="c"):
        return self.times.get((xenstored, tool, source, stage, when), [])

    def p(self, q, tool, source, stage, when="main", xenstored="c"):
        """A quantile in us, or None where it would mean nothing."""
        values = self.get(tool, source, stage, when, xenstored)
        if not values or (q == 0.99 and len(values) < P99_MIN):
            return None
        return quantile(values, q)

    def figure(self, q, tool, source, stage, when="main", xenstored="c"):
        """The same, with how many samples it is of."""
        values = self.get(tool, source, stage, when, xenstored)
        return Figure(self.p(q, tool, source, stage, when, xenstored),
                      [(len(values), needed(tool, when))],
                      bounds(values, q))

    def crowds(self, xenstored="c"):
        """'n=10', 'n=10 again' and so on, in the order of the run."""
        return list(dict.fromkeys(key[4] for key in self.times
                                  if key[4].startswith("n=")
                                  and key[0] == xenstored))

    def sizes(self, xenstored="c"):
        return sorted(int(when[2:]) for when in self.crowds(xenstored)
                      if re.fullmatch(r"n=\d+", when))


def needed(tool, when):
    if when.startswith("n="):
        return NEED_CURVE
    if when in ("quiet", "refill"):
        return NEED_PACED
    if when == "known":
        return NEED_KNOWN if tool[:5] in ("uvnfd", "floor") else NEED_SLOW
    return NEED_QUICK if tool in ("uvnfd", "floor") else NEED_SLOW


class Figure:
    """A value, or None; for each set of samples that it is made of how many
    there were and how many there are to be; the two values between which it
    is, or None."""

    def __init__(self, value, counts=(), between=None):
        self.value = value
        self.counts = list(counts)
        self.between = between

    def by(self, other):
        between = None
        if self.between and other.between and other.between[0] > 0:
            ratios = [a / b for a in self.between for b in other.between]
            between = (min(ratios), max(ratios))
        return Figure(ratio(self.value, other.value),
                      self.counts + other.counts, between)

    def text(self):
        """The counts: '510, 12 of 30: too few'."""
        counts = list(dict.fromkeys(self.counts))
        out = ", ".join(f"{n}" if n >= need else f"{n} of {need}"
                        for n, need in counts)
        few = any(n < need for n, need in counts)
        return out + (": **too few**" if few else "")


def shell_us(s, kind, when="fill", xenstored="c"):
    """How long a refill takes for each shell, over all fills."""
    fills = s.refills.get((xenstored, kind, when), [])
    count = sum(n for n, _ in fills)
    return Figure(ratio(sum(us for _, us in fills), count),
                  [(count, NEED_SHELLS)])


def own_share(s, when, xenstored):
    """What uvnfd adds to the floor: the median of what pairs differ by."""
    values = s.pairs.get((xenstored, when), [])
    return Figure(quantile(values, 0.5) if values else None,
                  [(len(values), NEED_CURVE)], bounds(values, 0.5))

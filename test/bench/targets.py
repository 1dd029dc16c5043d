# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
"""The targets, which of them are met, and what of the whole is missing."""

from samples import PARTS, Figure, label, needed, own_share, shell_us


def counted(n, word, plural=None):
    return f"{n} {word if n == 1 else plural or word + 's'}"


def short_number(value):
    return f"{value:.2f}" if value < 20 else f"{value:.0f}"


def in_brackets(figure):
    """The value, and the interval where there is one."""
    if figure.value is None:
        return ""
    out = short_number(figure.value)
    if figure.between:
        low, high = map(short_number, figure.between)
        out += f" ({low} to {high})"
    return out


class Targets:
    """Rows of the table: what, target, measured, met or not, of how many."""

    def __init__(self):
        self.lines = []

    def add(self, what, figure, limit, at_least):
        measured = figure.value
        if measured is None:
            verdict = shown = "not measured"
        else:
            met = measured >= limit if at_least else measured <= limit
            verdict = "met" if met else "**missed**"
            shown = in_brackets(figure)
            if figure.between:
                low, high = figure.between
                verdict += ", or not" if low < limit < high else ""
        word = "at least" if at_least else "at most"
        self.lines.append((what, f"{word} {limit:g}", shown, verdict,
                           figure.text()))

    def text(self):
        head = ("| what | target | measured | | samples |\n"
                "| --- | --- | --- | --- | --- |\n")
        return head + "".join(f"| {' | '.join(line)} |\n"
                              for line in self.lines)


def targets_of_launches(s, t):
    f = s.figure
    booted = f(0.5, "uvnfd", "booted", "started")
    booted99 = f(0.99, "uvnfd", "booted", "started")
    floor = f(0.5, "floor", "booted", "started")
    for peer in ("xl", "virsh"):
        t.add(f"started: p50 of {peer} by that of a booted shell",
              f(0.5, peer, None, "started").by(booted), 1000, True)
    for peer in ("xl", "virsh"):
        t.add(f"started: p50 of {peer} by p99 of a booted shell",
              f(0.5, peer, None, "started").by(booted99), 300, True)
    for peer in ("xl-fast", "libvirt-fast"):
        t.add(f"started: p50 of {peer} by that of a booted shell",
              f(0.5, peer, None, "started").by(booted), 250, True)
    t.add("started: p50 of an armed shell by that of the floor of a booted "
          "one", f(0.5, "uvnfd", "armed", "started").by(floor), 1, False)
    xl_ping = f(0.5, "xl", None, "first_ping")
    armed_ping = f(0.5, "uvnfd", "armed", "first_ping")
    t.add("first ping: p50 of xl by that of an armed shell",
          xl_ping.by(armed_ping), 500, True)
    t.add("first ping: p50 of an armed shell by that of a ping",
          armed_ping.by(f(0.5, "uvnfd", "armed", "ping")), 3, False)
    t.add("started: p50 of a booted shell by the floor's",
          booted.by(floor), 1.25, False)
    t.add("started: p99 of a booted shell by the floor's",
          booted99.by(f(0.99, "floor", "booted", "started")), 2, False)
    for source, limit in (("booted", 25), ("paused", 15)):
        t.add(f"first ping: p50 of xl by that of a {source} shell",
              xl_ping.by(f(0.5, "uvnfd", source, "first_ping")), limit, True)
    t.add("started: p50 of xl by that of a cold create",
          f(0.5, "xl", None, "started").by(
              f(0.5, "uvnfd", "cold", "started")), 4, True)
    t.add("destroyed: p50 of xl by that of uvnfd (booted)",
          f(0.5, "xl", None, "destroyed").by(
              f(0.5, "uvnfd", "booted", "destroyed")), 3, True)


def targets_of_pools(s, t):
    xl = s.figure(0.5, "xl", None, "started", "serial")
    for kind in ("paused", "booted", "armed"):
        t.add(f"refill: {kind} shells in the time of one xl create",
              xl.by(shell_us(s, kind)), 6, True)
    t.add("started: p99 of booted shells beside a refill by that in quiet",
          s.figure(0.99, "uvnfd", "booted", "started", "refill").by(
              s.figure(0.99, "uvnfd", "booted", "started", "quiet")), 2,
          False)


def targets_of_curve(s, t, xenstored):
    sizes = s.sizes(xenstored)
    if len(sizes) < 2:
        return
    few, many = (f"n={size}" for size in (sizes[0], sizes[-1]))
    name = "" if xenstored == "c" else ", oxenstored"
    beside = f"{sizes[-1]} VNFs running by that beside {sizes[0]}{name}"

    def claim(tool, source, when):
        return s.figure(0.5, tool, source, "started", when, xenstored)

    t.add(f"p50 of an armed shell beside {beside}",
          claim("uvnfd", "armed", many).by(claim("uvnfd", "armed", few)),
          1.15, False)
    t.add(f"uvnfd's own share of a booted claim beside {beside}",
          own_share(s, many, xenstored).by(own_share(s, few, xenstored)),
          1.15, False)
    t.add(f"p50 of a booted shell by the floor's, both beside {sizes[-1]} "
          f"running{name}",
          claim("uvnfd", "booted", many).by(claim("floor", "booted", many)),
          1.25, False)


def targets_of_memory(s, t):
    none = [row for row in s.memory if row[0] == 0]
    most = max(s.memory, key=lambda row: row[0], default=None)
    if not none or most[0] == 0:
        return
    t.add(f"uvnfd resident beside {most[0]} VNFs, MiB",
          Figure(most[1] / 1024), 12, False)
    t.add("for each VNF more, KiB, without the consoles' text",
          Figure((most[1] - none[0][1] - most[2] / 1024) / most[0]), 4,
          False)


def targets(samples):
    t = Targets()
    targets_of_launches(samples, t)
    targets_of_pools(samples, t)
    targets_of_curve(samples, t, "c")
    targets_of_curve(samples, t, "ocaml")
    targets_of_memory(samples, t)
    return t.text()


def shortcomings(samples):
    """What of the whole is missing: parts, their ends, launches."""
    out = []
    names = [part.name for part in samples.parts]
    for part in samples.parts:
        if not part.ended:
            out.append(f"The part `{part.name}` is incomplete: its run was "
                       "cut or failed; what it had measured is here.")
    out += [f"The part `{name}` was not run." for name in PARTS
            if name not in names]
    if ("c", "main") in samples.origin:
        for tool, source in (("uvnfd", "armed"), ("uvnfd", "booted"),
                             ("uvnfd", "paused"), ("uvnfd", "cold"),
                             ("floor", "booted"), ("floor", "paused"),
                             ("libvirt-fast", None), ("xl-fast", None),
                             ("virsh", None), ("xl", None)):
            n = len(samples.get(tool, source, "started"))
            if n < needed(tool, "main"):
                what = f"of {label(tool, source)}"
                launches = counted(n, f"launch {what} is",
                                   f"launches {what} are")
                out.append(f"{launches} too few: {needed(tool, 'main')} are "
                           "wanted.")
    if not out:
        return ""
    return "".join(f"- {line}\n" for line in out) + "\n"

# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The uvnf authors
"""Plots of the samples, by gnuplot."""

import os
import subprocess
import tempfile

from samples import SOURCES, TOOLS, label

# The same in all plots.
COLOURS = {("floor", "booted"): "#000000", ("floor", "paused"): "#8c8c8c",
           ("uvnfd", "armed"): "#d00000", ("uvnfd", "booted"): "#ff8c00",
           ("uvnfd", "paused"): "#e6c200", ("uvnfd", "cold"): "#70a800",
           ("uvnfctl", "armed"): "#006400", ("uvnfctl", "booted"): "#00b0b0",
           ("libvirt-fast", None): "#0060ff", ("xl-fast", None): "#00008b",
           ("virsh", None): "#9000d0", ("xl", None): "#ff60c0"}


def colour(tool, source):
    return f"lc rgb '{COLOURS.get((tool, source), '#8b4513')}'"


def gnuplot(script):
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def plot(path, head, curves, tail=""):
    """curves: (title, style, points)."""
    with tempfile.TemporaryDirectory() as work:
        parts = []
        for i, (title, style, points) in enumerate(curves):
            file = os.path.join(work, str(i))
            with open(file, "w", encoding="ascii") as out:
                for x, y in points:
                    out.write(f"{x} {y}\n")
            parts.append(f"'{file}' with {style} title '{title}'")
        gnuplot("set terminal png size 900,540\n"
                f"set output '{path}'\nset grid\nset key outside right\n"
                f"{head}\nplot {', '.join(parts)}\n{tail}")


def plot_cdf(samples, stage, title, path):
    curves = []
    for tool in TOOLS:
        for source in SOURCES:
            values = sorted(samples.get(tool, source, stage))
            if values:
                points = [(us / 1000, (i + 1) / len(values))
                          for i, us in enumerate(values)]
                curves.append((label(tool, source),
                               f"steps lw 2 {colour(tool, source)}", points))
    if not curves:
        return False
    plot(path, f"set logscale x\nset xlabel '{title}, ms'\n"
         "set ylabel 'share of the launches'\nset yrange [0:1]", curves)
    return True


def plot_curve(samples, path):
    curves = []
    for xenstored in ("c", "ocaml"):
        for tool in TOOLS:
            for source in SOURCES:
                points = [(n, samples.p(0.5, tool, source, "started",
                                        f"n={n}", xenstored))
                          for n in samples.sizes(xenstored)]
                points = [(n, us / 1000) for n, us in points
                          if us is not None]
                if points:
                    name = label(tool, source)
                    name += "" if xenstored == "c" else " (oxenstored)"
                    mark = 7 if xenstored == "c" else 4
                    curves.append((name, f"linespoints lw 2 pt {mark} "
                                   f"{colour(tool, source)}", points))
    if not curves:
        return False
    plot(path, "set logscale y\nset xlabel 'VNFs running beside it'\n"
         "set ylabel 'started, p50, ms'\nset xrange [0:*]", curves)
    return True

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds the benchmarks as installed (-O3), runs them, and writes the tables of docs/performance.md.

    scripts/bench.py            # some three minutes; nothing else should run meanwhile
    scripts/bench.py --print    # to the terminal, the document stays as it is

Needs what scripts/bootstrap.sh installs; counts instructions too where valgrind is installed.
All figures are of one run, and nanoseconds of CPU per operation. Exit code 1: one is beyond its limit.
"""
import collections
import datetime
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "release")
DOCUMENT = os.path.join(ROOT, "docs", "performance.md")
PROGRAMS = ["pick_benchmark", "report_benchmark", "decision_benchmark", "route_match_benchmark"]
FIXED_DECISIONS = "Decision/rules:10/endpoints:10/iterations:{}/threads:1"  # 10,000 and 30,000.

# What a pick should cost at most, and may at most: nanoseconds, by algorithm.
PICKS = {
    "round_robin": (5, 15),
    "random": (5, 15),
    "round_robin_weighted": (15, 45),
    "least_request": (12, 36),
    "least_request_weighted": (15, 45),
    "maglev": (20, 60),
    "maglev_bounded": (20, 60),
    "ring": (60, 180),
    "ring_bounded": (60, 180),
    "peak_ewma": (None, None),
    "latency_aware": (None, None),
}
MATCHES = {"exact": (30, 35, 40, 60), "prefix": (45, 60, 90, 140), "mix": (65, 85, 110, 180)}
DECISIONS = {1: (100, 200), 2: (140, 200)}
LARGE_DECISION = 2  # How much more with 10,000 rules and 100,000 endpoints.
REPORT = (40, 80)

beyond_limit = []


def build():
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, *PROGRAMS], check=True, stdout=subprocess.DEVNULL)


def run(program, pattern, seconds="0.1"):
    """CPU nanoseconds by the benchmark's name."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([os.path.join(BUILD, "benchmarks", program), f"--benchmark_filter={pattern}",
                        f"--benchmark_min_time={seconds}", f"--benchmark_out={out.name}",
                        "--benchmark_out_format=json"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        return {one["name"]: one["cpu_time"] for one in json.load(out)["benchmarks"]}


def figure(nanoseconds, goal, what):
    """The figure, starred where it is above the target, with an exclamation mark above the limit."""
    target, limit = goal
    text = f"{nanoseconds:.1f}" if nanoseconds < 10 else f"{nanoseconds:.0f}"
    if limit is not None and nanoseconds > limit:
        beyond_limit.append(f"{what}: {text} ns, at most {limit}")
        return text + "!"
    return text + ("*" if target is not None and nanoseconds > target else "")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def sizes(count):
    return [f"{10 ** power:,}" for power in range(1, count + 1)]


def picks(kind, goals):
    found = collections.defaultdict(dict)
    for name, cost in run("pick_benchmark", f"^{kind}/", "0.05").items():
        _, algorithm, endpoints, _, threads = name.split("/")
        found[algorithm, int(threads.split(":")[1])][int(endpoints)] = cost
    rows = []
    for algorithm, goal in goals.items():
        for threads in (1, 2):
            costs = found[algorithm, threads]
            what = f"{kind} of {algorithm}, {threads} threads"
            rows.append([algorithm.replace("_", " ") if threads == 1 else "", str(threads),
                         *(figure(costs[n], goal, f"{what}, {n} endpoints") for n in sorted(costs)),
                         "" if goal[0] is None else f"{goal[0]}, {goal[1]}"])
    return table(["", "threads", *sizes(5), "target, limit"], rows)


def matches():
    found = run("route_match_benchmark", "^BM_(Match|Scan)/(exact|prefix|mix)/")
    rows = []
    for kind, targets in MATCHES.items():
        costs = [found[f"BM_Match/{kind}/{10 ** power}"] for power in range(1, 5)]
        rows.append([kind, *(figure(cost, (target, 2 * target), f"match {kind}")
                             for cost, target in zip(costs, targets)),
                     ", ".join(str(target) for target in targets)])
        scans = [found[f"BM_Scan/{kind}/{10 ** power}"] for power in range(1, 5)]
        rows.append([f"{kind}, one rule after the other", *(f"{scan:,.0f}" for scan in scans), ""])
    return table(["rules", *sizes(4), "targets (limit: twice)"], rows)


def decisions():
    rows = []
    for name, cost in run("decision_benchmark", "^Decision.*threads", "0.2").items():
        if "iterations" in name:
            continue
        rules, endpoints, threads = (int(part) for part in re.findall(r":(\d+)", name))
        factor = LARGE_DECISION if rules == 10_000 else 1
        goal = tuple(factor * bound for bound in DECISIONS[threads])
        rows.append([f"{rules:,}", f"{endpoints:,}", str(threads), figure(cost, goal, name),
                     f"{goal[0]}, {goal[1]}"])
    return table(["rules", "endpoints", "threads", "ns", "target, limit"], rows)


def instructions_of(valgrind, iterations):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/out",
             os.path.join(BUILD, "benchmarks", "decision_benchmark"),
             f"--benchmark_filter={FIXED_DECISIONS.format(iterations)}"],
            capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def instructions():
    """How many instructions a decision takes; "" where nobody counts them."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return ""
    collected = [instructions_of(valgrind, iterations) for iterations in (10_000, 30_000)]
    return (f"{(collected[1] - collected[0]) / 20_000:.0f} instructions of user code take one of "
            "10 rules and 10 endpoints.\n")


def reports():
    found = run("report_benchmark", "^BM_(ReportAlone|Sweep)")
    kinds = ["failures in a row", "and rates", "and latency"]
    rows = [[kind, *(figure(found[f"BM_ReportAlone/{number}/{n}"], REPORT, f"report, {kind}")
                     for n in (10, 1000)), f"{found[f'BM_Sweep/{number}/10000']:.0f}"]
            for number, kind in enumerate(kinds)]
    return table(["detection", "10 endpoints", "1,000 endpoints", "a sweep over 10,000, us"], rows)


def machine():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        models = re.findall(r"model name\s*:\s*(.*)", info.read())
    model = models[0] if models else platform.machine()
    return f"{len(models) or os.cpu_count()} processors of {model}, {datetime.date.today().isoformat()}"


def main():
    build()
    text = "\n".join([
        f"Measured on {machine()}.\n",
        "### A pick alone\n", picks("pick", PICKS),
        "### A pick with all that belongs to it: permit, load, release; without outlier detection\n",
        picks("pick_and_release", {algorithm: (None, None) for algorithm in PICKS}),
        "### A report: load, learning, outlier detection (target 40, limit 80)\n", reports(),
        "### A match\n", matches(),
        "### A whole decision: host, match, split, permit, pick, release, report\n", decisions(),
        instructions()])
    if "--print" in sys.argv[1:]:
        print(text)
    else:
        with open(DOCUMENT, encoding="utf-8") as document:
            before = document.read().partition("<!-- tables -->\n")[0]
        with open(DOCUMENT, "w", encoding="utf-8") as document:
            document.write(before + "<!-- tables -->\n" + text)
    for line in beyond_limit:
        print("beyond its limit:", line, file=sys.stderr)
    return 1 if beyond_limit else 0


if __name__ == "__main__":
    sys.exit(main())

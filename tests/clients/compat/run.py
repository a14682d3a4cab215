"""Runs foreign test suites against `headrace dev up`, or against Apache Kafka as the oracle.

make compat                                        every suite, against Headrace
run.py franz-go --only '^TestTxnEtl$'              some tests of one suite
run.py franz-go --target kafka                     the same against Apache Kafka
run.py --oracle                                    what surprises, run again against Apache Kafka
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from clusters import ROOT, TARGETS, Running, running
from outcomes import FAIL, Verdict, judge, read_expected, table
from suites import SUITES, Run, Suite

from peer import cache_folder

EXPECTED = Path(__file__).with_name("expected.toml")


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [suite.name for suite in SUITES]
    parser.add_argument("suites", nargs="*", choices=[*names, []], help=f"of {', '.join(names)}")
    parser.add_argument("--target", choices=TARGETS, default="headrace")
    parser.add_argument("--only", help="only these tests, as the suite's own runner selects them")
    parser.add_argument("--repeat", type=int, default=1, help="times that each suite runs")
    parser.add_argument(
        "--oracle",
        action="store_true",
        help="run suites with surprises against Apache Kafka as well; what fails there is not ours",
    )
    parser.add_argument("--out", type=Path, default=ROOT / "build/compat")
    return parser.parse_args()


def run_suite(suite: Suite, target: str, only: str | None, out: Path) -> Verdict:
    """One run on a fresh cluster; what it wrote stays in `out`."""
    cache = cache_folder() / "compat"
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    if suite.shape is None:
        outcomes = suite.run(Run(Running(target, []), out, cache, only))
    else:
        with running(target, suite.shape, out / "cluster") as cluster:
            outcomes = suite.run(Run(cluster, out, cache, only))
    verdict = judge(suite.name, target, outcomes, read_expected(EXPECTED), whole=only is None)
    (out / "result.json").write_text(verdict.as_json(), encoding="utf-8")
    for outcome in outcomes:
        if outcome.result == FAIL:
            print(f"--- {suite.name}: {outcome.test} fails on {target}\n{outcome.output}\n")
    return verdict


def beside_the_oracle(verdict: Verdict, oracle: Verdict) -> None:
    """Takes the failures that Apache Kafka shares out of the surprises."""
    results = {outcome.test: outcome.result for outcome in oracle.outcomes}
    shared = {o.test for o in verdict.outcomes if results.get(o.test) == o.result == FAIL}
    print("".join(f"{verdict.suite}: {test} fails on both\n" for test in sorted(shared)), end="")
    verdict.surprises = [line for line in verdict.surprises if line.split(": ")[0] not in shared]


def main() -> int:
    """Exit status 0: every test did what was expected of it."""
    options = arguments()
    chosen = [s for s in SUITES if not options.suites or s.name in options.suites]
    verdicts = []
    for suite in chosen:
        for turn in range(options.repeat):
            started = time.monotonic()
            print(f"== {suite.name} on {options.target}, run {turn + 1}", flush=True)
            out = options.out.resolve() / options.target / f"{suite.name}-{turn + 1}"
            verdict = run_suite(suite, options.target, options.only, out)
            verdicts.append(verdict)
            if verdict.surprises and options.oracle and options.target != "kafka":
                beside = options.out.resolve() / "kafka" / f"{suite.name}-{turn + 1}"
                oracle = run_suite(suite, "kafka", options.only, beside)
                beside_the_oracle(verdict, oracle)
                verdicts.append(oracle)
            print(f"   {time.monotonic() - started:.0f} s", flush=True)
    print(table(verdicts))
    return 1 if any(v.surprises for v in verdicts if v.target == options.target) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Suites of unittest, run as one test of ctest."""

import concurrent.futures
import io
import unittest


def _cases(suite):
    """The test cases of nested suites."""
    return [suite] if isinstance(suite, unittest.TestCase) else [case for each in suite for case in _cases(each)]


def tests_named(module, names, refuse):
    """The tests of a module, or those whose name contains one of `names`. Calls `refuse` with a sentence if none has one
    of them."""
    loader = unittest.TestLoader()
    every = [case.id() for case in _cases(loader.loadTestsFromModule(module))]
    for name in names:
        if not any(name in each for each in every):
            known = "".join(f"\n  {each.partition('.')[2]}" for each in every)
            refuse(f"no test's name contains '{name}'; there are:{known}")
    loader.testNamePatterns = [f"*{name}*" for name in names] or None
    return loader.loadTestsFromModule(module)


def _run(cases):
    """What was written, and the outcome."""
    written = io.StringIO()
    outcome = unittest.TextTestRunner(stream=written, verbosity=2).run(cases)
    return written.getvalue(), outcome


def run_tests(*suites, afterwards=()):
    """Runs suites beside each other, as tests mostly wait, and then some tests. Returns the exit status. The last line
    written has the form of doctest's summary, which is what tests/run.sh counts."""
    with concurrent.futures.ThreadPoolExecutor(len(suites)) as threads:
        done = [*threads.map(_run, suites)]
    done.append(_run(unittest.TestSuite(afterwards)))
    passed = failed = skipped = 0
    for written, outcome in done:
        print(written, end="")
        failures = {getattr(case, "test_case", case).id() for case, _ in outcome.failures + outcome.errors}
        failed += len(failures)
        skipped += len(outcome.skipped)
        passed += outcome.testsRun - len(failures) - len(outcome.skipped)
    print(f"[doctest] test cases: {passed + failed} | {passed} passed | {failed} failed | {skipped} skipped", flush=True)
    return 0 if passed and not failed else 1

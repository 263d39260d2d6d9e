# Reads ctest's JUnit report and prints the verdict: how many doctest cases passed and failed, over all programs.
# A program that ends badly, or without doctest's summary, counts as a failure even if no case of its failed. An example,
# a program of the documentation, or one that must not compile, is one case by itself.
/<testcase / { name = $0; sub(/.* name="|.*<testcase name="/, "", name); sub(/".*/, "", name)
               ended_well = /status="run"/; summary = 0; cases_failed = 0 }
/\[doctest\] test cases:/ {
  line = $0; sub(/.*test cases:/, "", line); split(line, field, "|")
  summary = 1; cases_passed = field[2] + 0; cases_failed = field[3] + 0
}
/<\/testcase>/ {
  if (name ~ /^(examples|docs|refused)\// && ended_well) { summary = 1; cases_passed = 1; cases_failed = 0 }
  if (summary) { passed += cases_passed; failed += cases_failed }
  if ((!ended_well || !summary) && !cases_failed) { failed++; print name ": did not end well" }
}
END { if (passed + failed == 0) { failed = 1; print "no test ran" }
      printf "%d passed, %d failed\n", passed, failed; exit failed > 0 }

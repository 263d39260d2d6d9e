// The entry point of every test program. A program fails that finds no case: ctest names the file whose cases to run,
// and a file that is not found would pass.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>

#include <doctest/doctest.h>

namespace {

unsigned cases_found = 0;

struct case_counter : doctest::IReporter {
  explicit case_counter(const doctest::ContextOptions& /*options*/) {}
  void report_query(const doctest::QueryData& /*answered*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& run) override { cases_found += run.numTestCasesPassingFilters; }
  void test_case_start(const doctest::TestCaseData& /*begun*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*begun*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*ended*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*thrown*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*begun*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*checked*/) override {}
  void log_message(const doctest::MessageData& /*message*/) override {}
  void test_case_skipped(const doctest::TestCaseData& skipped) override {
    if (skipped.m_skip) ++cases_found;  // by what it says of itself, not by a filter
  }
};

}  // namespace

DOCTEST_REGISTER_LISTENER("case_counter", 1, case_counter);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int status = context.run();
  if (context.shouldExit() || cases_found > 0) return status;
  std::fputs("no case matches what is to be run\n", stderr);
  return 1;
}

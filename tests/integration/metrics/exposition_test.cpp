// Metrics in the text format of Prometheus.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/integration/metrics/exposition.hpp>

namespace metrics_exposition_test {

using namespace pappus::integration;

namespace {

metric alone(metric_kind kind, std::uint64_t value) { return {"a_total", "What it is.", kind, {}, {{{}, value}}}; }

}  // namespace

TEST_CASE("a metric has its help, its type and its value, each on a line") {
  const std::vector all{alone(metric_kind::counter, 18446744073709551615ULL)};
  CHECK(to_prometheus(all) ==
        "# HELP a_total What it is.\n"
        "# TYPE a_total counter\n"
        "a_total 18446744073709551615\n");
  CHECK(to_json(all) == R"({"a_total":18446744073709551615})");
  CHECK(to_prometheus(std::vector{alone(metric_kind::gauge, 0)}).find("# TYPE a_total gauge\n") != std::string::npos);
}

TEST_CASE("values with different labels share their help and their type") {
  const std::vector all{metric{"b", "Two.", metric_kind::gauge, "way", {{"in", 1}, {"out", 2}}},
                        metric{"c", "None yet.", metric_kind::gauge, "way", {}}};
  CHECK(to_prometheus(all) ==
        "# HELP b Two.\n"
        "# TYPE b gauge\n"
        "b{way=\"in\"} 1\n"
        "b{way=\"out\"} 2\n"
        "# HELP c None yet.\n"
        "# TYPE c gauge\n");
  CHECK(to_json(all) == R"({"b":{"in":1,"out":2},"c":{}})");
}

TEST_CASE("a gauge may be below zero") {
  const std::vector all{metric{"a", "What it is.", metric_kind::gauge, {}, {{{}, 5, true}}}};
  CHECK(to_prometheus(all).ends_with("\na -5\n"));
  CHECK(to_json(all) == R"({"a":-5})");
}

TEST_CASE("a second label has former values, and JSON the sum of each of them") {
  const std::vector all{metric{
      "b", "", metric_kind::gauge, "way", {{"in", 1}, {"out", 2, false, "off"}, {"away", 3, false, "off"}}, "old"}};
  CHECK(to_prometheus(all) ==
        "# HELP b \n"
        "# TYPE b gauge\n"
        "b{way=\"in\",old=\"in\"} 1\n"
        "b{way=\"out\",old=\"off\"} 2\n"
        "b{way=\"away\",old=\"off\"} 3\n");
  CHECK(to_json(all) == R"({"b":{"in":1,"out":2,"away":3,"off":5}})");
}

TEST_CASE("a second label has the value of the first unless that has a former one") {
  const std::vector all{metric{"b", "Two.", metric_kind::gauge, "way", {{"in", 1}}, "direction"}};
  CHECK(to_prometheus(all) ==
        "# HELP b Two.\n"
        "# TYPE b gauge\n"
        "b{way=\"in\",direction=\"in\"} 1\n");
  CHECK(to_json(all) == R"({"b":{"in":1}})");
}

TEST_CASE("line ends and quotation marks are escaped") {
  const std::vector all{metric{"d", "a \"b\" \\\nc", metric_kind::gauge, "e", {{"f \"g\" \\\n\x01h", 1}}}};
  CHECK(to_prometheus(all) ==
        "# HELP d a \"b\" \\\\\\nc\n"
        "# TYPE d gauge\n"
        "d{e=\"f \\\"g\\\" \\\\\\n\\\\u0001h\"} 1\n");
  CHECK(to_json(all) == R"({"d":{"f \"g\" \\\\u000a\\u0001h":1}})");
}

TEST_CASE("unprintable characters of a label are escaped") {
  const std::vector all{metric{"d", "\xe2\x80\xae", metric_kind::gauge, "e", {{"\xe2\x80\xa8\xff", 1}}}};
  CHECK(to_prometheus(all) ==
        "# HELP d \\\\u202e\n"
        "# TYPE d gauge\n"
        "d{e=\"\\\\u2028\\\\xff\"} 1\n");
  CHECK(to_json(all) == R"({"d":{"\\u2028\\xff":1}})");
}

TEST_CASE("without metrics the text is empty") {
  CHECK(to_prometheus({}).empty());
  CHECK(to_json({}) == "{}");
}

}  // namespace metrics_exposition_test

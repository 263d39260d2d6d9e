// Metrics: complete, well named, and without private data.
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>

#include <doctest/doctest.h>

#include <pappus/metrics.hpp>

namespace metrics_test {

using namespace pappus;
using integration::metric;
using integration::metric_kind;

namespace {

constexpr bool is_letter(char each) { return each == '_' || (each >= 'a' && each <= 'z'); }

bool is_name(std::string_view text) {
  const auto fits = [](char each) { return is_letter(each) || (each >= '0' && each <= '9'); };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, fits);
}

template <auto Last>
void check_names() {
  using what = decltype(Last);
  for (std::size_t i = 0; i != peer::enum_counters<Last>::size; ++i)
    CHECK(to_string(static_cast<what>(i)) != "unknown");
  // A value added behind the last one must be added here.
  CHECK(to_string(static_cast<what>(peer::enum_counters<Last>::size)) == "unknown");
}

}  // namespace

TEST_CASE("every number of the statistics is a metric, once") {
  static_assert(std::is_trivially_copyable_v<node_statistics>);
  static_assert(sizeof(node_statistics) % sizeof(std::uint64_t) == 0);
  constexpr std::size_t words = sizeof(node_statistics) / sizeof(std::uint64_t);
  constexpr std::uint64_t first = 1'000'000;
  std::array<std::uint64_t, words> numbers{};
  std::iota(numbers.begin(), numbers.end(), first);
  node_statistics counted;
  std::memcpy(static_cast<void*>(&counted), numbers.data(), sizeof(counted));
  counted.dialer.network_down = true;  // not numbers
  counted.store.in_sync = true;
  counted.clock.trusted = true;
  counted.sync.status.stage = integration::sync_stage::waiting;
  counted.reachability.state = peer::reachability_state::yes;

  std::map<std::uint64_t, int> shown;
  for (const metric& each : metrics_of(counted)) {
    for (const metric::sample& one : each.samples) ++shown[one.value];
  }
  CHECK(shown.extract(1).mapped() == 5);
  CHECK(shown.extract(0).mapped() ==  // the other stages and answers
        static_cast<int>(integration::sync_stages.size() - 1 + peer::reachability_states.size() - 1));
  std::size_t missing = 0;
  for (const std::uint64_t number : numbers) {
    CAPTURE(number - first);  // the index in the struct
    const int times = shown[number];
    CHECK(times <= 1);
    missing += times == 0 ? 1 : 0;
  }
  CHECK(missing == 5);
  CHECK(shown.size() == words);
}

TEST_CASE("metrics have valid Prometheus names, each unique, and counters end in _total") {
  std::set<std::string_view> names;
  for (const metric& each : metrics_of({})) {
    CAPTURE(std::string{each.name});
    CHECK(is_name(each.name));
    CHECK(names.insert(each.name).second);
    CHECK(each.name.starts_with("pappus_"));
    CHECK(each.name.ends_with("_total") == (each.kind == metric_kind::counter));
    CHECK(each.help.ends_with('.'));
    CHECK((each.label.empty() || is_name(each.label)));
    CHECK(each.label.empty() == (each.samples.size() == 1));
    std::set<std::string_view> values;
    for (const metric::sample& one : each.samples) {
      CHECK(one.label.empty() == each.label.empty());
      CHECK(values.insert(one.label).second);
    }
  }
}

TEST_CASE("the help text of a metric can be understood without those of the others") {
  std::set<std::string_view> texts;
  for (const metric& each : metrics_of({})) {
    const std::string help{each.help};
    CAPTURE(std::string{each.name});
    CAPTURE(help);
    CHECK(texts.insert(each.help).second);
    CHECK((help.front() == '1' || (help.front() >= 'A' && help.front() <= 'Z')));
    for (const char* const word : {"these", "Those", "Their", "such ", "Such ", "that quota", "that limit"}) {
      CAPTURE(std::string{word});
      CHECK(help.find(word) == std::string::npos);
    }
  }
}

TEST_CASE("every reason that is counted has a name") {
  check_names<peer::disconnect_reason::internal_error>();
  check_names<peer::request_error::not_stored>();
  check_names<peer::add_result::crowded_out>();
  check_names<peer::log_category::reachability>();
  check_names<peer::adapter_method::import_archive>();
  check_names<integration::import_result::failed>();
}

TEST_CASE("a clock that is behind has a negative offset") {
  for (const std::int64_t offset : {std::int64_t{7}, std::int64_t{0}, std::int64_t{-7}}) {
    node_statistics counted;
    counted.clock.offset_seconds = offset;
    const auto text = integration::to_prometheus(metrics_of(counted));
    CHECK(text.find("pappus_clock_offset_seconds " + std::to_string(offset) + "\n") != std::string::npos);
  }
}

TEST_CASE("metrics have no private data but how many addresses have used the stem, and how many too much") {
  auto all = metrics_of({});
  std::erase_if(all, [](const metric& each) {
    return each.name == "pappus_stem_accounts" || each.name == "pappus_stems_over_limit_total";
  });
  const std::string text = integration::to_prometheus(all);
  for (const char* const word : {"stem", "fluff", "embargo", "dandelion"}) {
    CAPTURE(std::string{word});
    CHECK(text.find(word) == std::string::npos);
  }
}

}  // namespace metrics_test

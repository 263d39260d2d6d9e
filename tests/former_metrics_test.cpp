// Former names of metrics and labels.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/former_metrics.hpp>
#include <pappus/metrics.hpp>

namespace former_metrics_test {

using namespace pappus;
using integration::metric;

TEST_CASE("renamed metrics are present under both names, and no name twice") {
  node_statistics counted;
  counted.address_relay.received = 7;
  auto all = metrics_of(counted);
  const std::size_t renamed_from = all.size();
  add_former_names(all);
  CHECK(all.size() > renamed_from);
  std::set<std::string_view> names;
  for (const metric& each : all) CHECK(names.insert(each.name).second);
  const auto value_of = [&all](std::string_view name) {
    return std::ranges::find(all, name, &metric::name)->samples.front().value;
  };
  CHECK(value_of("pappus_addr_received_total") == 7);
  CHECK(value_of("pappus_gossip_heard_total") == 7);
}

TEST_CASE("every former name belongs to a metric that exists") {
  auto all = metrics_of(node_statistics{});
  const std::size_t size = all.size();
  add_former_names(all);
  CHECK(all.size() - size == former_names);
}

TEST_CASE("renamed labels have a second label with their former name") {
  auto all = metrics_of(node_statistics{});
  add_former_names(all);
  const auto ended = std::ranges::find(all, "pappus_sessions_ended_total", &metric::name);
  CHECK(ended->label == "reason");
  CHECK(ended->former_label == "cause");
  const auto sessions = std::ranges::find(all, "pappus_sessions", &metric::name);
  CHECK(sessions->former_label.empty());
}

TEST_CASE("renamed label values have their former ones at the former label, and in JSON beside their own") {
  node_statistics counted;
  counted.broadcasts.congested = 3;
  counted.adapter_calls.made.add(peer::adapter_method::get_output_segment);
  counted.adapter_calls.made.add(peer::adapter_method::get_kernel_segment);
  auto all = metrics_of(counted);
  add_former_names(all);
  const std::string text = integration::to_prometheus(all);
  const std::string json = integration::to_json(all);
  const auto is_in = [](const std::string& whole, std::string_view part) {
    return whole.find(part) != std::string::npos;
  };
  CHECK(is_in(text, "pappus_broadcasts_total{result=\"congested\",became=\"behind\"} 3\n"));
  CHECK(is_in(text, "pappus_inquiries_total{method=\"get_kernel_segment\",about=\"find_segment\"} 1\n"));
  CHECK(is_in(json, "\"congested\":3"));
  CHECK(is_in(json, "\"behind\":3"));
  CHECK(is_in(json, "\"find_segment\":2"));
  CHECK(is_in(text, "pappus_messages_received_total{type=\"get_block\"} 0\n"));
}

TEST_CASE("every former label value belongs to a sample that exists") {
  auto all = metrics_of(node_statistics{});
  add_former_names(all);
  std::set<std::string_view> given;
  for (const metric& each : all) {
    for (const auto& sample : each.samples) given.insert(sample.former_label);
  }
  CHECK(given == std::set<std::string_view>{"", "known", "behind", "unable", "find_transaction", "verify_transaction",
                                            "find_block", "find_compact_block", "find_segment", "open_archive"});
}

TEST_CASE("the offset of the clock is there by its former name as two differences, of which one is zero") {
  for (const std::int64_t offset : {std::int64_t{7}, std::int64_t{-7}}) {
    node_statistics counted;
    counted.clock.offset_seconds = offset;
    auto all = metrics_of(counted);
    add_former_names(all);
    const auto former = std::ranges::find(all, "pappus_clock_difference_seconds", &metric::name);
    REQUIRE(former->samples.size() == 2);
    CHECK(former->samples[0].label == "ahead");
    CHECK(former->samples[0].value == (offset > 0 ? 7 : 0));
    CHECK(former->samples[1].label == "behind");
    CHECK(former->samples[1].value == (offset > 0 ? 0 : 7));
  }
}

}  // namespace former_metrics_test

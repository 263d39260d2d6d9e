// Former names of metrics and labels.
#include <algorithm>
#include <set>
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

}  // namespace former_metrics_test

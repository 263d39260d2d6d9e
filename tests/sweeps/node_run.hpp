// One run of a node on a simulated machine.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>

namespace sweeps {

using namespace pappus;

struct node_run {
  sim::runtime* process = nullptr;
  std::unique_ptr<pappus::node> node;  // null if there was no memory to make it
  bool listened = false;
  std::optional<io::time_point> stopped_at;
  std::optional<io::time_point> ended_at;
  std::optional<result<void>> outcome;
  std::string thrown;
};

}  // namespace sweeps

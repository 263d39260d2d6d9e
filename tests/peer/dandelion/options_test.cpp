// Valid and invalid dandelion options.
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <support/simulated_node.hpp>

#include <pappus/peer/dandelion/limits.hpp>
#include <pappus/peer/dandelion/options.hpp>

namespace dandelion_options_test {

using namespace pappus;
using namespace std::chrono_literals;
using peer::dandelion_options;

namespace {

const std::vector<io::duration dandelion_options::*> times{
    &dandelion_options::epoch, &dandelion_options::epoch_jitter, &dandelion_options::aggregation,
    &dandelion_options::diffusion_outbound, &dandelion_options::diffusion_inbound};
const std::vector<io::duration> no_times{-1ns,
                                         -1h,
                                         io::duration::min(),
                                         io::duration::max(),
                                         io::duration::max() / 2,
                                         peer::limits::max_option_duration + 1ns};

/// A node is not created with them.
void check_refused(const dandelion_options& given) {
  CHECK_THROWS_AS(given.check(), std::invalid_argument);
  sim::world world{1};
  sim::machine& home = world.add_machine();
  node_config config = support::simulated_config();
  config.dandelion = given;
  CHECK_THROWS_AS((node{home.runtime(), config, integration::adapter{}}), std::invalid_argument);
}

}  // namespace

TEST_CASE("the defaults of both schemes are valid, and so are the ends of the ranges") {
  for (const auto scheme : {peer::dandelion_scheme::grin, peer::dandelion_scheme::dandelion_plus_plus}) {
    dandelion_options given = dandelion_options::of(scheme);
    CHECK_NOTHROW(given.check());
    for (const double probability : {0.0, 1.0}) {
      given.stem_probability = probability;
      CHECK_NOTHROW(given.check());
    }
    for (const auto each : times) {
      if (each != &dandelion_options::epoch) given.*each = 0ns;
    }
    given.embargo = {0ns, 0ns};
    given.epoch = 1ns;
    CHECK_NOTHROW(given.check());
    for (const auto each : times) given.*each = peer::limits::max_option_duration;
    given.embargo = {peer::limits::max_option_duration, peer::limits::max_option_duration};
    CHECK_NOTHROW(given.check());
    sim::world world{1};
    sim::machine& home = world.add_machine();
    node_config config = support::simulated_config();
    config.dandelion = given;
    support::simulated_node lives{home, config};
    world.run_for(1min);
    CHECK(lives->dandelion().epoch == 1);
  }
}

TEST_CASE("negative and infinite durations are refused") {
  for (const io::duration given : no_times) {
    CAPTURE(given.count());
    for (const auto each : times) {
      dandelion_options options;
      options.*each = given;
      check_refused(options);
    }
    dandelion_options options;
    options.embargo.floor = given;
    check_refused(options);
    options.embargo = {};
    options.embargo.mean = given;
    check_refused(options);
  }
  dandelion_options options;
  options.epoch = 0ns;
  check_refused(options);
}

TEST_CASE("an invalid probability is refused") {
  using limits = std::numeric_limits<double>;
  for (const double given : {-0.1, 1.1, limits::quiet_NaN(), limits::infinity(), -limits::infinity()}) {
    dandelion_options options;
    options.stem_probability = given;
    check_refused(options);
  }
}

}  // namespace dandelion_options_test

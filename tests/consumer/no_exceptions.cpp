// A program without exceptions and run-time type information: a node, a scope, a deadline, and work on another thread.
#include <chrono>

#include <pappus/io/offload.hpp>
#include <pappus/io/timeout.hpp>
#include <pappus/io/timer.hpp>
#include <pappus/pappus.hpp>

#ifdef __cpp_exceptions
#error "to be compiled with -fno-exceptions"
#endif

using namespace std::chrono_literals;

static pappus::task<void> run_node(pappus::node* node, bool* ended_well) {
  const auto ended = co_await node->run();
  *ended_well = ended.has_value();
}

static pappus::task<pappus::result<int>> use(pappus::scope& beside, pappus::uv::loop* on, pappus::node* node,
                                             bool* ended_well) {
  beside.spawn(run_node(node, ended_well));
  static_cast<void>(co_await pappus::io::sleep_for(*on, 1ms));
  auto compute = [] { return 42; };
  const auto computed = co_await pappus::io::with_timeout(*on, 1min, pappus::io::offload(*on, compute));
  node->stop();
  co_return computed;
}

int main() {
  pappus::uv::loop loop;
  pappus::node_config config;
  config.listen = *pappus::io::endpoint::parse("127.0.0.1:0");
  pappus::integration::adapter adapter;
  pappus::node node{loop, config, adapter};
  bool ended_well = false;
  const auto computed = loop.run(pappus::with_scope(use, &loop, &node, &ended_well));
  return computed && *computed == 42 && ended_well ? 0 : 1;
}

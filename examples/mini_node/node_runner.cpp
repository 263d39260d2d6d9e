#include "node_runner.hpp"

#include <csignal>
#include <utility>

#include <pappus/coro/when_all.hpp>

#include "node_events.hpp"

namespace mini_node {

using pappus::task;

node_runner::node_runner(pappus::uv::loop& on, pappus::node& node, console& streams, duties given)
    : node_(node), console_(streams), duties_(std::move(given)), signals_(on, {SIGINT, SIGTERM}) {}

task<bool> node_runner::run() {
  auto living = live();
  auto writing = console_.write();
  const auto ended = co_await pappus::when_all(std::move(living), std::move(writing));
  co_return std::get<0>(ended);
}

task<bool> node_runner::live() {
  const auto ended = co_await pappus::with_scope(&node_runner::run_node, this);
  if (!ended) console_.cannot_run(failure_of(node_, ended.error()));
  console_.finish();
  co_return ended.has_value();
}

task<pappus::result<void>> node_runner::run_node(pappus::scope& beside, node_runner* self) {
  self->duties_.start(beside);
  beside.spawn(self->stop_on_signal());
  beside.spawn(self->obey());
  auto ended = co_await self->node_.run();
  beside.request_stop();
  co_return ended;
}

task<void> node_runner::stop_on_signal() {
  const auto caught = co_await signals_.wait();
  if (caught) node_.stop();
}

task<void> node_runner::obey() {
  const auto ready = co_await listening_.wait();
  if (!ready) co_return;
  auto reading = console_.read(duties_.carry_out);
  co_await std::move(reading);
}

}  // namespace mini_node

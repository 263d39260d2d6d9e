#include <csignal>
#include <cstdio>

#include <pappus/coro/scope.hpp>
#include <pappus/run.hpp>
#include <pappus/uv/signal_set.hpp>

namespace pappus {
namespace {

task<void> stop_on_signal(uv::signal_set* signals, node* which) {
  const auto caught = co_await signals->wait();
  if (caught) which->stop();
}

task<result<void>> run_until_signal(scope& tasks, uv::signal_set* signals, node* which) {
  tasks.spawn(stop_on_signal(signals, which));
  auto ended = co_await which->run();
  tasks.request_stop();
  co_return ended;
}

}  // namespace

int run(uv::loop& on, node& which) {
  uv::signal_set signals{on, {SIGINT, SIGTERM}};
  const auto ended = on.run(with_scope(run_until_signal, &signals, &which));
  if (!ended) std::fprintf(stderr, "the node cannot run: %s\n", ended.error().message().c_str());
  return ended ? 0 : 1;
}

}  // namespace pappus

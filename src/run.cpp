#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

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

/// Why the node cannot run. An error of the store names it.
std::string reason_of(const node& which, std::error_code error) {
  if (error.category() != peer::store_category()) return error.message();
  const node_config& config = which.config();
  const std::string& name = config.custom_store.open ? config.custom_store.name : config.store_path;
  return "cannot use the store '" + name + "': " + error.message();
}

}  // namespace

int run(uv::loop& on, node& which) {
  uv::signal_set signals{on, {SIGINT, SIGTERM}};
  const auto ended = on.run(with_scope(run_until_signal, &signals, &which));
  if (!ended) std::fprintf(stderr, "the node cannot run: %s\n", reason_of(which, ended.error()).c_str());
  return ended ? 0 : 1;
}

}  // namespace pappus

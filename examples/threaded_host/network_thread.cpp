#include "network_thread.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

#include <pappus/node.hpp>
#include <pappus/uv/loop.hpp>

namespace threaded_host {

using pappus::node;
using pappus::node_config;

namespace {

struct begun {
  pappus::io::endpoint at;
  pappus::node_handle through;
};

node_config on_the_loopback() {
  node_config config;
  config.listen = *pappus::io::endpoint::parse("127.0.0.1:0");
  config.connection_limits.outbound = 0;  // only explicit `connect` calls
  config.send_limit = config.receive_limit = pappus::peer::rate_limit::unlimited();
  config.dandelion = pappus::peer::dandelion_options::of(pappus::peer::dandelion_scheme::dandelion_plus_plus);
  return config;
}

void run(pappus::integration::adapter above, pappus::integration::executor executor, std::promise<begun> tell) {
  pappus::uv::loop loop;
  std::unique_ptr<node> there;
  bool listens = false;
  above.listening = [&](pappus::io::endpoint at) {
    listens = true;
    tell.set_value({at, there->handle(executor)});
  };
  there = std::make_unique<node>(loop, on_the_loopback(), std::move(above));
  const auto ended = loop.run(there->run());
  if (!listens) tell.set_exception(std::make_exception_ptr(std::runtime_error{ended.error().message()}));
}

}  // namespace

network_thread::network_thread(pappus::integration::adapter above, pappus::integration::executor executor) {
  std::promise<begun> telling;
  auto told = telling.get_future();
  thread_ = std::thread{run, std::move(above), std::move(executor), std::move(telling)};
  try {
    const begun now = told.get();
    remote_.emplace(now.through);
    listening_at_ = now.at;
  } catch (...) {
    thread_.join();
    throw;
  }
}

void network_thread::end() {
  if (!thread_.joinable()) return;
  remote_->stop([](const auto&) {});
  thread_.join();
}

}  // namespace threaded_host

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <uv.h>

#include <pappus/uv/error.hpp>
#include <pappus/uv/linux_routes.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/uv/runtime.hpp>
#include <pappus/uv/wakeup.hpp>

#include "address.hpp"
#include "datagram_socket.hpp"
#include "listener.hpp"
#include "process.hpp"
#include "stream.hpp"

namespace pappus::uv {
namespace {

/// A lookup in libuv's pool. Once started it cannot be canceled, so it lives until it is done, even if no operation
/// waits for it.
struct lookup {
  loop& on;  // valid while `waiting` is set
  io::resolve_operation* waiting;
  uv_getaddrinfo_t request{};

  void done(int status, addrinfo* found) {
    const std::unique_ptr<lookup> gone_afterwards{this};
    std::vector<ip_address> addresses;
    std::unordered_set<ip_address> seen;
    try {
      for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        sockaddr_storage address{};
        std::memcpy(&address, each->ai_addr, std::min<std::size_t>(each->ai_addrlen, sizeof address));
        const ip_address candidate = from_sockaddr(address).address;
        if (seen.insert(candidate).second) addresses.push_back(candidate);
      }
    } catch (const std::bad_alloc&) {
      status = UV_ENOMEM;
    }
    uv_freeaddrinfo(found);
    if (waiting == nullptr) return;
    const coro::ready_queue::turn turn{on.ready()};
    if (status == 0 && addresses.empty()) status = UV_EAI_NODATA;
    if (status < 0) waiting->complete(failure{error_from(status)});
    else waiting->complete(std::move(addresses));
  }
};

/// Work in libuv's pool. On an application's loop it may complete after the `uv::loop` is destroyed; then its `done` is
/// not called.
struct pool_item {
  loop& on;
  std::weak_ptr<const void> life_of_loop;
  std::unique_ptr<io::work> what;
  uv_work_t request{};

  void done() {
    const std::unique_ptr<pool_item> gone_afterwards{this};
    if (life_of_loop.expired()) return;
    const coro::ready_queue::turn turn{on.ready()};
    what->on_complete();
  }
};

/// The text of a file; empty if there is none.
std::string text_of(const char* path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

result<io::listener_ptr> runtime::listen(io::endpoint local) { return listener::open(on_, local); }

result<io::datagram_socket_ptr> runtime::open_datagram_socket(io::endpoint local, std::optional<io::endpoint> remote) {
  return datagram_socket::open(on_, local, remote);
}

io::time_point runtime::now() const noexcept { return on_.now(); }

io::wall_time runtime::wall_clock() const noexcept {
  return std::chrono::time_point_cast<io::wall_time::duration>(std::chrono::system_clock::now());
}

std::size_t runtime::descriptor_limit() const noexcept { return max_descriptors(); }
void runtime::reserve_descriptors(std::size_t count) noexcept { uv::reserve_descriptors(count); }

void runtime::fill_random(io::buffer bytes) noexcept {
  if (bytes.size() > random_pool_.size()) {
    if (uv_random(nullptr, nullptr, bytes.data(), bytes.size(), 0, nullptr) != 0) std::terminate();
    return;
  }
  if (random_left_ < bytes.size()) {
    if (uv_random(nullptr, nullptr, random_pool_.data(), random_pool_.size(), 0, nullptr) != 0) std::terminate();
    random_left_ = random_pool_.size();
  }
  // Taken from the end and wiped, so that memory never reveals bytes that were drawn earlier.
  random_left_ -= bytes.size();
  const auto drawn = io::buffer{random_pool_}.subspan(random_left_, bytes.size());
  std::copy(drawn.begin(), drawn.end(), bytes.begin());
  std::fill(drawn.begin(), drawn.end(), std::byte{0});
}

std::vector<ip_address> runtime::default_gateways() const {
  std::vector<ip_address> found = default_gateways_v4(text_of("/proc/net/route"));
  const std::vector<ip_address> of_v6 = default_gateways_v6(text_of("/proc/net/ipv6_route"));
  found.insert(found.end(), of_v6.begin(), of_v6.end());
  return found;
}

io::turn_statistics runtime::turns() const noexcept { return on_.turns(); }

io::timer_queue& runtime::timers() noexcept { return on_.timers(); }

coro::ready_queue& runtime::ready() noexcept { return on_.ready(); }

void runtime::submit(std::unique_ptr<io::work> item) {
  auto queued = std::unique_ptr<pool_item>(new pool_item{on_, on_.lifetime_token(), std::move(item)});
  queued->request.data = queued.get();
  const int status = uv_queue_work(
      &on_.handle(), &queued->request,
      [](uv_work_t* request) noexcept { static_cast<pool_item*>(request->data)->what->run(); },
      [](uv_work_t* request, int) noexcept { static_cast<pool_item*>(request->data)->done(); });
  if (status < 0) throw std::system_error(error_from(status), "uv_queue_work");
  static_cast<void>(queued.release());
}

std::unique_ptr<io::wakeup> runtime::make_wakeup(std::function<void()> woken) {
  return std::make_unique<wakeup>(on_, std::move(woken));
}

void runtime::begin(io::connect_operation& operation) {
  auto* const dialing = new stream{on_};
  if (const int status = uv_tcp_init(&on_.handle(), &dialing->as_tcp()); status < 0) {
    io::stream_closer{}(dialing);
    operation.complete_inline(failure{error_from(status)});
    return;
  }
  dialing->initialized();
  dialing->connect(operation);
}

void runtime::abandon(io::connect_operation& operation) noexcept {
  static_cast<stream*>(operation.backend)->abandon_connect();
}

void runtime::begin(io::resolve_operation& operation) {
  auto begun = std::unique_ptr<lookup>(new lookup{on_, &operation});
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  begun->request.data = begun.get();
  const int status = uv_getaddrinfo(
      &on_.handle(), &begun->request,
      [](uv_getaddrinfo_t* request, int outcome, addrinfo* found) noexcept {
        static_cast<lookup*>(request->data)->done(outcome, found);
      },
      operation.host.c_str(), nullptr, &hints);
  if (status < 0) {
    operation.complete_inline(failure{error_from(status)});
    return;
  }
  operation.backend = begun.release();
}

void runtime::abandon(io::resolve_operation& operation) noexcept {
  static_cast<lookup*>(operation.backend)->waiting = nullptr;
}

}  // namespace pappus::uv

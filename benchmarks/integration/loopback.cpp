// Benchmark of a transaction from an application thread of one node to an application thread of another over loopback.
// The lower bound is a queue and a wake-up into a loop, a socket, and a queue and a wake-up out of another loop.
#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <concurrentqueue.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <pappus/integration/bridge/bind_executor.hpp>
#include <pappus/integration/threads/run_loop.hpp>
#include <pappus/pappus.hpp>

#include "../support/one_kernel.hpp"

namespace {

using namespace pappus;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t rounds = 20;
constexpr std::size_t each_round = 200;
constexpr auto pause = 300us;  // long enough for all threads to sleep

using times = std::vector<double>;  // in microseconds

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// A transfer from one thread to another: `send` begins it, and `arrived` is called where it ends.
class way {
public:
  virtual ~way() = default;
  virtual void send() = 0;

  /// Returns the duration of one transfer in microseconds.
  double take() {
    std::this_thread::sleep_for(pause);
    const auto begin = steady_clock::now();
    send();
    there_.acquire();
    return std::chrono::duration<double, std::micro>{ended_ - begin}.count();
  }

protected:
  void arrived() {
    ended_ = steady_clock::now();
    there_.release();
  }

private:
  std::binary_semaphore there_{0};
  steady_clock::time_point ended_;
};

/// Both ends of a TCP connection over loopback.
std::array<int, 2> connected_pair() {
  const int listening = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  if (::bind(listening, reinterpret_cast<sockaddr*>(&at), size) != 0 || ::listen(listening, 1) != 0) give_up("listen");
  if (::getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size) != 0) give_up("getsockname");
  const int dialing = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(dialing, reinterpret_cast<sockaddr*>(&at), size) != 0) give_up("connect");
  const int accepted = ::accept(listening, nullptr, nullptr);
  if (accepted < 0) give_up("accept");
  ::close(listening);
  const int yes = 1;
  ::setsockopt(dialing, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return {dialing, accepted};
}

/// A libuv loop on a thread of its own, with one end of a connection.
class bare_loop {
public:
  bare_loop(int descriptor, uv_async_cb woken, uv_read_cb read, void* context) {
    uv_loop_init(&loop_);
    uv_tcp_init(&loop_, &socket_);
    uv_tcp_open(&socket_, descriptor);
    uv_async_init(&loop_, &wake_, woken);
    uv_async_init(&loop_, &end_, [](uv_async_t* handle) { uv_stop(handle->loop); });
    socket_.data = wake_.data = context;
    const auto allocate = [](uv_handle_t*, std::size_t, uv_buf_t* into) {
      static thread_local std::array<char, 65'536> block;
      *into = uv_buf_init(block.data(), block.size());
    };
    if (read != nullptr) uv_read_start(reinterpret_cast<uv_stream_t*>(&socket_), allocate, read);
    thread_ = std::thread{[this] { uv_run(&loop_, UV_RUN_DEFAULT); }};
  }
  bare_loop(const bare_loop&) = delete;
  bare_loop& operator=(const bare_loop&) = delete;
  ~bare_loop() {
    uv_async_send(&end_);
    thread_.join();
    for (uv_handle_t* each : {reinterpret_cast<uv_handle_t*>(&socket_), reinterpret_cast<uv_handle_t*>(&wake_),
                              reinterpret_cast<uv_handle_t*>(&end_)}) {
      uv_close(each, nullptr);
    }
    uv_run(&loop_, UV_RUN_DEFAULT);
    uv_loop_close(&loop_);
  }

  void wake() { uv_async_send(&wake_); }
  [[nodiscard]] uv_stream_t* socket() { return reinterpret_cast<uv_stream_t*>(&socket_); }

private:
  uv_loop_t loop_{};
  uv_tcp_t socket_{};
  uv_async_t wake_{};
  uv_async_t end_{};
  std::thread thread_;
};

/// Lower bound: transfers `size` bytes each time.
class floor_of_it final : public way {
public:
  explicit floor_of_it(std::size_t size) : message_(size, 'x'), ends_(connected_pair()) {
    out_.emplace(
        ends_[0], [](uv_async_t* handle) { static_cast<floor_of_it*>(handle->data)->write(); }, nullptr, this);
    in_.emplace(
        ends_[1], [](uv_async_t*) {},
        [](uv_stream_t* from, ssize_t count, const uv_buf_t*) {
          if (count > 0) static_cast<floor_of_it*>(from->data)->read(static_cast<std::size_t>(count));
        },
        this);
    receiver_ = std::thread{[this] { receive(); }};
  }
  ~floor_of_it() override {
    {
      const std::lock_guard held{guard_};
      ended_ = true;
    }
    signaled_.notify_one();
    receiver_.join();
  }

  void send() override {
    to_loop_.enqueue(1);
    out_->wake();
  }

private:
  void write() {
    int taken = 0;
    while (to_loop_.try_dequeue(taken)) {
      const uv_buf_t buffer = uv_buf_init(message_.data(), static_cast<unsigned>(message_.size()));
      if (uv_try_write(out_->socket(), &buffer, 1) != static_cast<int>(message_.size())) give_up("write");
    }
  }
  void read(std::size_t count) {
    got_ += count;
    if (got_ < message_.size()) return;
    got_ = 0;
    from_loop_.enqueue(1);
    {
      const std::lock_guard held{guard_};
      rung_ = true;
    }
    signaled_.notify_one();
  }
  void receive() {
    for (;;) {
      std::unique_lock held{guard_};
      signaled_.wait(held, [this] { return rung_ || ended_; });
      if (ended_) return;
      rung_ = false;
      held.unlock();
      int taken = 0;
      while (from_loop_.try_dequeue(taken)) arrived();
    }
  }

  std::vector<char> message_;
  std::array<int, 2> ends_;
  std::size_t got_ = 0;
  moodycamel::ConcurrentQueue<int> to_loop_;
  moodycamel::ConcurrentQueue<int> from_loop_;
  std::mutex guard_;
  std::condition_variable signaled_;
  bool rung_ = false;
  bool ended_ = false;
  std::optional<bare_loop> out_;
  std::optional<bare_loop> in_;
  std::thread receiver_;
};

node_config on_the_loopback() {
  node_config config;
  config.listen = {pappus::ip_address::v4(INADDR_LOOPBACK), 0};
  config.connection_limits.outbound = 0;
  config.send_limit = config.receive_limit = peer::rate_limit::unlimited();
  return config;
}

/// A node on a thread of its own.
class running {
public:
  running(node_config config, integration::adapter above) {
    std::promise<std::pair<io::endpoint, node_handle>> telling;
    auto told = telling.get_future();
    thread_ = std::thread{[&telling, config = std::move(config), above = std::move(above)]() mutable {
      uv::loop loop;
      std::optional<node> there;
      above.listening = [&](io::endpoint here) { telling.set_value({here, there->handle()}); };
      there.emplace(loop, std::move(config), std::move(above));
      if (!loop.run(there->run())) give_up("node");
    }};
    auto now = told.get();
    at = now.first;
    face.emplace(std::move(now.second));
  }
  running(const running&) = delete;
  running& operator=(const running&) = delete;
  ~running() {
    face->stop([](const auto&) {});
    thread_.join();
  }

  io::endpoint at;
  std::optional<node_handle> face;

private:
  std::thread thread_;
};

/// The receiver does not request transactions by kernel, so it gets them in full at once.
class through_nodes final : public way {
public:
  through_nodes() {
    node_config plain = on_the_loopback();
    plain.capabilities = wire::capabilities{};
    integration::adapter above;
    above.transaction_received =
        integration::bind_executor(work_.executor(), [this](const auto&, peer::phase, const auto&) {
          arrived();
          return peer::validation_result::ignore;
        });
    receiving_.emplace(std::move(plain), std::move(above));
    sending_.emplace(on_the_loopback(), integration::adapter{});
    std::promise<bool> met;
    sending_->face->connect(receiving_->at, [&met](const auto& there) { met.set_value(there.has_value()); });
    if (!met.get_future().get()) give_up("connect");
    for (std::size_t i = 0; i != rounds * each_round; ++i) unsent_.push_back(benchmarks::one_kernel(i + 1));
  }
  ~through_nodes() override {
    sending_.reset();
    receiving_.reset();
    work_.stop();
    worker_.join();
  }

  [[nodiscard]] std::size_t bytes() const { return wire::frame_header::size + unsent_.back()->raw_bytes().size(); }

  void send() override {
    sending_->face->broadcast(std::move(unsent_.back()), [](const auto&) {});
    unsent_.pop_back();
  }

private:
  integration::run_loop work_{1'024};
  std::thread worker_{[this] { work_.run(); }};
  std::vector<wire::transaction_ptr> unsent_;
  std::optional<running> receiving_;
  std::optional<running> sending_;
};

double quantile(times& of, std::size_t percent) {
  std::ranges::sort(of);
  return of[of.size() * percent / 100];
}

}  // namespace

int main() {
  through_nodes ours;
  const std::size_t bytes = ours.bytes();
  floor_of_it floor{bytes};
  times taken;
  times least;
  for (std::size_t round = 0; round != rounds; ++round) {
    for (std::size_t i = 0; i != each_round; ++i) least.push_back(floor.take());
    for (std::size_t i = 0; i != each_round; ++i) taken.push_back(ours.take());
  }
  const double ratio = quantile(taken, 50) / quantile(least, 50);
  std::printf("a transaction of %zu bytes from thread to thread over loopback, %zu times\n", bytes, taken.size());
  std::printf("  two queues, two wake-ups and a socket  p50 %6.1f us, p99 %6.1f us\n", quantile(least, 50),
              quantile(least, 99));
  std::printf("  from one node's host to another's      p50 %6.1f us, p99 %6.1f us, %.2f times p50 (goal 2)\n",
              quantile(taken, 50), quantile(taken, 99), ratio);
}

// All worker threads of libuv, kept busy: further work waits, as on a disk that hangs.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include <pappus/io/runtime.hpp>

namespace support {

using namespace pappus;

/// From construction until `let_go` or destruction.
class busy_workers {
public:
  explicit busy_workers(io::runtime& on) {
    constexpr int more_than_there_are = 64;
    for (int i = 0; i != more_than_there_are; ++i) on.submit(std::make_unique<wait>(open_));
  }
  busy_workers(const busy_workers&) = delete;
  busy_workers& operator=(const busy_workers&) = delete;
  ~busy_workers() { let_go(); }

  void let_go() {
    if (std::exchange(let_go_, true)) return;
    gate_.set_value();
  }

private:
  class wait final : public io::work {
  public:
    explicit wait(std::shared_future<void> until) : until_(std::move(until)) {}
    void run() noexcept override { until_.wait(); }
    void on_complete() noexcept override {}

  private:
    std::shared_future<void> until_;
  };

  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
  bool let_go_ = false;
};

}  // namespace support

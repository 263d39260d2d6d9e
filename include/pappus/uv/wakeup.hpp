// Wakes the loop from another thread, through uv_async_t.
#pragma once

#include <functional>

#include <pappus/io/runtime.hpp>
#include <pappus/uv/loop.hpp>

namespace pappus::uv {

/// Keeps the loop alive until destroyed.
class wakeup final : public io::wakeup {
public:
  /// Throws `std::system_error` if `uv_async_init` fails.
  wakeup(loop& on, std::function<void()> woken);
  ~wakeup() override;

  /// From any thread: `woken` is called on the loop, once for several calls if the loop has not got to the first.
  void notify() noexcept override;

private:
  struct block;
  block* block_;  // lives until libuv has closed its handle
};

}  // namespace pappus::uv

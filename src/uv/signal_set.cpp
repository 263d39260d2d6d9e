#include <system_error>

#include <uv.h>

#include <pappus/uv/error.hpp>
#include <pappus/uv/signal_set.hpp>

namespace pappus::uv {

struct signal_set::signal_handle {
  explicit signal_handle(signal_set& in) noexcept : owner(in) { handle.data = this; }

  signal_set& owner;
  uv_signal_t handle{};

  static void caught(uv_signal_t* handle, int number) noexcept {
    signal_set& owner = static_cast<signal_handle*>(handle->data)->owner;
    const coro::ready_queue::turn turn{owner.on_.ready()};
    owner.caught_.try_send(number);
  }
};

signal_set::signal_set(loop& on, std::initializer_list<int> numbers) : on_(on) {
  for (const int number : numbers) {
    auto made = std::make_unique<signal_handle>(*this);
    int status = uv_signal_init(&on.handle(), &made->handle);
    if (status == 0) {
      watches_.push_back(made.release());
      status = uv_signal_start(&watches_.back()->handle, &signal_handle::caught, number);
    }
    if (status < 0) {
      close_all();
      throw std::system_error(error_from(status), "uv_signal_start");
    }
  }
}

signal_set::~signal_set() { close_all(); }

void signal_set::close_all() noexcept {
  for (signal_handle* const each : watches_) {
    uv_close(reinterpret_cast<uv_handle_t*>(&each->handle),
             [](uv_handle_t* handle) noexcept { delete static_cast<signal_handle*>(handle->data); });
  }
  watches_.clear();
}

}  // namespace pappus::uv

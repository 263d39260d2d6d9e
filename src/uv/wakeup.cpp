#include <system_error>
#include <utility>

#include <uv.h>

#include <pappus/uv/error.hpp>
#include <pappus/uv/wakeup.hpp>

namespace pappus::uv {

struct wakeup::block {
  loop& on;
  std::function<void()> woken;
  uv_async_t handle{};
};

wakeup::wakeup(loop& on, std::function<void()> woken) {
  auto made = std::unique_ptr<block>(new block{on, std::move(woken)});
  made->handle.data = made.get();
  const int status = uv_async_init(&on.handle(), &made->handle, [](uv_async_t* handle) noexcept {
    auto& self = *static_cast<block*>(handle->data);
    const coro::ready_queue::turn turn{self.on.ready()};
    self.woken();
  });
  if (status < 0) throw std::system_error(error_from(status), "uv_async_init");
  block_ = made.release();
}

wakeup::~wakeup() {
  uv_close(reinterpret_cast<uv_handle_t*>(&block_->handle),
           [](uv_handle_t* handle) noexcept { delete static_cast<block*>(handle->data); });
}

void wakeup::notify() noexcept { uv_async_send(&block_->handle); }

}  // namespace pappus::uv

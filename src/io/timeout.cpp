#include <pappus/io/timeout.hpp>

namespace pappus::io {

void deadline::arm() noexcept {
  if (when_ != never) on_.timers().arm(*this, when_);
}

void deadline::on_timer() noexcept {
  if (when_ == never || limit_.stop_requested()) return;
  if (when_ > on_.now()) {
    on_.timers().arm(*this, when_);
    return;
  }
  expired_ = true;
  limit_.request_stop();
}

}  // namespace pappus::io

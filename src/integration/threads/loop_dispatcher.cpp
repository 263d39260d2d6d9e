#include <utility>

#include <pappus/integration/threads/loop_dispatcher.hpp>

namespace pappus::integration {

void loop_dispatcher::dispatch(std::function<void()> call) {
  if (std::this_thread::get_id() == loop_thread_) {
    if (open_) call();
    return;
  }
  calls_.post([run = std::move(call)](call_state found) {
    if (found == call_state::on_loop) run();
  });
}

void loop_dispatcher::close() {
  open_ = false;
  calls_.close();
}

}  // namespace pappus::integration

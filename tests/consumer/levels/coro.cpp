// Coroutines without a runtime: a ready queue of the program's own.
#include <exception>

#include <pappus/coro/channel.hpp>
#include <pappus/coro/root.hpp>
#include <pappus/coro/scope.hpp>

namespace {

struct queue final : pappus::coro::ready_queue {
  void wake() noexcept override {}
};

struct listener final : pappus::coro::root_listener {
  void root_ended(std::exception_ptr thrown) noexcept override { ended_well = thrown == nullptr; }
  bool ended_well = false;
};

pappus::task<void> count(pappus::coro::channel<int>* numbers) {
  for (int i = 1; i != 4; ++i) static_cast<void>(co_await numbers->send(i));
  numbers->close();
}

pappus::task<void> sum(pappus::scope& tasks, pappus::coro::channel<int>* numbers, int* total) {
  tasks.spawn(count(numbers));
  for (;;) {
    const auto number = co_await numbers->receive();
    if (!number) co_return;
    *total += *number;
  }
}

pappus::task<void> program(int* total) {
  pappus::coro::channel<int> numbers{1};
  co_await pappus::with_scope(sum, &numbers, total);
}

}  // namespace

int main() {
  queue ready;
  listener ended;
  int total = 0;
  pappus::coro::context here;
  here.ready = &ready;
  pappus::coro::root::launch(here, program(&total), ended);
  ready.run();
  return ended.ended_well && total == 6 ? 0 : 1;
}

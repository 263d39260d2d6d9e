#include <array>
#include <span>
#include <utility>

#include <pappus/integration/calls.hpp>

namespace pappus::integration {
namespace {

/// Made in one turn of the loop.
constexpr std::size_t calls_at_once = 256;

void make_those_in(std::span<letter> taken, call_state found) {
  for (letter& each : taken) {
    const letter one = std::exchange(each, {});
    one.as<calls::call>()(found);
  }
}

}  // namespace

calls::calls(io::network& on, std::size_t capacity)
    : mail_(capacity, [this] { wake(); }), wakeup_(on.make_wakeup([this] { make_some(); })) {
  static_cast<void>(mail_.rest());  // nobody can have called yet
}

/// The letter is sent before this looks whether it is closed; whoever closes it says so before it takes what is there.
/// One of both sees the other.
void calls::make(call what) {
  const auto kept = std::make_shared<const call>(std::move(what));
  if (!mail_.send({0, kept})) return (*kept)(closed_ ? call_state::closed : call_state::busy);
  if (closed_) turn_away();
}

void calls::wake() {
  const std::lock_guard held{guard_};
  if (wakeup_ != nullptr) wakeup_->notify();
}

/// Only here, and so only on the loop, is a wakeup destroyed: it needs no lock to be used there. A call may close this.
void calls::make_some() {
  std::array<letter, calls_at_once> taken;
  const std::size_t count = mail_.take(taken);
  for (std::size_t i = 0; i != count; ++i) {
    make_those_in(std::span{taken}.subspan(i, 1), closed_ ? call_state::closed : call_state::on_loop);
  }
  if (!closed_ && !mail_.rest()) wakeup_->notify();
}

void calls::turn_away() {
  std::array<letter, calls_at_once> taken;
  for (;;) {
    std::size_t count = 0;
    {
      const std::lock_guard held{guard_};
      count = mail_.take(taken);
    }
    if (count == 0) return;
    make_those_in(std::span{taken}.first(count), call_state::closed);
  }
}

void calls::close() {
  closed_ = true;
  mail_.fence_senders();
  {
    const std::lock_guard held{guard_};
    wakeup_.reset();
  }
  turn_away();
}

}  // namespace pappus::integration

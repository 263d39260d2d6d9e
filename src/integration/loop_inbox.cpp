#include <array>
#include <span>
#include <utility>

#include <pappus/integration/loop_inbox.hpp>

namespace pappus::integration {
namespace {

/// Opened in one turn of the loop.
constexpr std::size_t letters_at_once = 256;

}  // namespace

loop_inbox::loop_inbox(io::network& on, std::size_t capacity, std::function<void(letter&)> open)
    : open_(std::move(open)),
      wakeup_(on.make_wakeup([this] { woken(); })),
      mail_(capacity, [this] { wakeup_->notify(); }) {
  static_cast<void>(mail_.rest());  // nobody can have sent anything yet
}

std::size_t loop_inbox::open_some() {
  std::array<letter, letters_at_once> taken;
  const std::size_t count = mail_.take(taken);
  for (letter& each : std::span{taken}.first(count)) open_(each);
  return count;
}

void loop_inbox::woken() {
  open_some();
  if (!mail_.rest()) wakeup_->notify();
}

void loop_inbox::open_all() {
  while (open_some() != 0) {
  }
}

}  // namespace pappus::integration

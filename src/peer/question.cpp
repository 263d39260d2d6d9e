#include <pappus/peer/question.hpp>

namespace pappus::peer {

std::string_view to_string(no_answer why) noexcept {
  switch (why) {
    case no_answer::no_such_peer: return "no_such_peer";
    case no_answer::too_many: return "too_many";
    case no_answer::unwritable: return "unwritable";
    case no_answer::timed_out: return "timed_out";
    case no_answer::disconnected: return "disconnected";
    case no_answer::from_future: return "from_future";
    case no_answer::not_stored: return "not_stored";
  }
  return "unknown";
}

}  // namespace pappus::peer

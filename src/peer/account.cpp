#include <pappus/io/timer.hpp>
#include <pappus/peer/account.hpp>

namespace pappus::peer {

task<result<void>> take_message(io::network& on, account& from) {
  turns::place waiting{from.waiting_for_messages};
  PAPPUS_CO_TRY_DISCARD(co_await waiting.first());
  while (!from.messages.take(on.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_for(on, from.messages.until(on.now())));
  }
  co_return result<void>{};
}

task<result<void>> wait_for_answer(io::network& on, account& from) {
  while (!from.answers.allows(on.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_until(on, from.answers.allows_from(on.now())));
  }
  co_return result<void>{};
}

}  // namespace pappus::peer

#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/account.hpp>

namespace pappus::peer {

task<result<void>> take_message(io::runtime& on, account& from) {
  work_queue::place waiting{from.waiting_for_messages};
  PAPPUS_CO_TRY_DISCARD(co_await waiting.first());
  while (!from.messages.try_consume(on.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_for(on, from.messages.time_until(on.now())));
  }
  co_return result<void>{};
}

task<result<void>> wait_for_answer(io::runtime& on, account& from) {
  while (!from.answers.allows(on.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_until(on, from.answers.allows_from(on.now())));
  }
  co_return result<void>{};
}

}  // namespace pappus::peer

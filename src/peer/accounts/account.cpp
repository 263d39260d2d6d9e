#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/account.hpp>

namespace pappus::peer {

task<result<void>> take_message(io::runtime& runtime, account& from) {
  work_queue::place waiting{from.waiting_for_messages};
  PAPPUS_CO_TRY_DISCARD(co_await waiting.first());
  while (!from.messages.try_consume(runtime.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_for(runtime, from.messages.time_until(runtime.now())));
  }
  co_return result<void>{};
}

task<result<void>> wait_for_answer(io::runtime& runtime, account& from) {
  while (!from.answers.allows(runtime.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_until(runtime, from.answers.allows_from(runtime.now())));
  }
  co_return result<void>{};
}

}  // namespace pappus::peer

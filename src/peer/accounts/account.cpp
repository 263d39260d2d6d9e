#include <pappus/io/timer.hpp>
#include <pappus/peer/accounts/account.hpp>

namespace pappus::peer {

task<result<void>> take_message(io::runtime& runtime, account& account) {
  work_queue::place waiting{account.waiting_for_messages};
  PAPPUS_CO_TRY_DISCARD(co_await waiting.first());
  while (!account.messages.try_consume(runtime.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_for(runtime, account.messages.time_until(runtime.now())));
  }
  co_return result<void>{};
}

task<result<void>> wait_for_answer(io::runtime& runtime, account& account) {
  while (!account.answers.allows(runtime.now())) {
    PAPPUS_CO_TRY_DISCARD(co_await io::sleep_until(runtime, account.answers.allows_from(runtime.now())));
  }
  co_return result<void>{};
}

}  // namespace pappus::peer

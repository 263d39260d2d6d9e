// refused: [-Werror,-Wunused-result]
// by clang alone
#include <pappus/coro/task.hpp>
#include <pappus/result.hpp>

pappus::task<pappus::result<void>> make() { co_return pappus::result<void>{}; }

pappus::task<pappus::result<void>> use() {
#ifdef MISUSE
  co_await make();
#else
  PAPPUS_CO_TRY_DISCARD(co_await make());
#endif
  co_return pappus::result<void>{};
}

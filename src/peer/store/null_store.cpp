#include <memory>
#include <utility>

#include <pappus/peer/store/null_store.hpp>
#include <pappus/peer/store/store_errc.hpp>

namespace pappus::peer {

store_source null_store::source() {
  store_source made;
  made.open = [](const keyed_hash::key& fresh) {
    opened_store opened;
    opened.store = std::make_unique<null_store>();
    opened.content.secret = fresh;
    return result<opened_store>{std::move(opened)};
  };
  made.name = in_memory_store;
  made.is_durable = false;
  return made;
}

}  // namespace pappus::peer

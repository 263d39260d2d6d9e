#include "former_keys.hpp"

#include <utility>

namespace mini_node {

record with_former_keys(record of, std::initializer_list<renamed_key> renamed) {
  for (const renamed_key& each : renamed) {
    record value = of.at(each.key);
    of[each.former] = std::move(value);
  }
  return of;
}

}  // namespace mini_node

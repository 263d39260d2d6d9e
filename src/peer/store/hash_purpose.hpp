// What the keyed hashes of the address book are for, so that no two uses have the same values.
#pragma once

#include <cstdint>

namespace pappus::peer {

/// Purpose of a keyed hash of the address book.
enum hash_purpose : std::uint64_t {
  number_of_address = 1,
  slot_of_source,
  new_bucket,
  new_position,
  slot_of_group,
  tried_bucket,
  tried_position,
  chance,
  order_of_group,
  order_of_address
};

}  // namespace pappus::peer

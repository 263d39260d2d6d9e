// Dandelion options whose epochs are all of one kind.
#pragma once

#include <pappus/peer/dandelion/options.hpp>

namespace support {

using namespace pappus;

/// The default times of the scheme, with stem epochs only or fluff epochs only.
[[nodiscard]] inline peer::dandelion_options only(peer::dandelion_mode mode,
                                                  peer::dandelion_scheme scheme = peer::dandelion_scheme::grin) {
  peer::dandelion_options options = peer::dandelion_options::of(scheme);
  options.stem_probability = mode == peer::dandelion_mode::stem ? 1 : 0;
  return options;
}

}  // namespace support

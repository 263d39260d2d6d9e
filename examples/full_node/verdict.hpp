// What Grin's chain or pool said of something.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <pappus/integration/bridge/chain_import.hpp>
#include <pappus/result.hpp>

namespace full_node {

/// The numbers are those of the Rust library.
enum class verdict : std::uint8_t {
  accepted,
  known,     // nothing was new
  unlinked,  // its predecessor, or an output that it spends, is not here
  invalid,   // by rules that do not change: the only verdict that blames the peer that sent it
  future,    // not yet valid
  refused,   // valid, but not wanted: its fee, a full pool, a double spend, or nobody needs it any more
  absent,    // there is none
  failed,    // by a fault of this machine, or one that cannot be distinguished from it
};

[[nodiscard]] std::string_view to_string(verdict what) noexcept;

/// For `syncer`, which knows no other.
[[nodiscard]] pappus::integration::import_result import_result_of(verdict what) noexcept;

/// Why there is no result; never `accepted`.
struct fault {
  verdict what;
  std::string reason;  // for a log
};

template <class T>
using outcome = pappus::result<T, fault>;

/// The verdict of a function that has no other result.
[[nodiscard]] inline verdict verdict_of(const outcome<void>& done) noexcept {
  return done ? verdict::accepted : done.error().what;
}

}  // namespace full_node

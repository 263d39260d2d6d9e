// How a gateway's loss of its mappings is noticed: by the seconds that it counts since then.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include <pappus/io/time.hpp>

namespace pappus::portmap {

/// The protocols by which a gateway maps ports.
enum class mapping_protocol : std::uint8_t { pcp, nat_pmp };

/// Name for logs and metrics.
[[nodiscard]] constexpr const char* to_string(mapping_protocol protocol) noexcept {
  return protocol == mapping_protocol::pcp ? "pcp" : "nat_pmp";
}

/// Compares the epochs of a gateway's responses. All functions are O(1).
class epoch_clock {
public:
  explicit epoch_clock(mapping_protocol spoken) noexcept : spoken_(spoken) {}

  /// Notes that a response with this epoch, seconds, has arrived at `now`. Returns whether the gateway can have its
  /// mappings still: false if less time has passed by its clock than by ours, or with PCP more, than the rules of RFC
  /// 6887, section 8.5, and RFC 6886, section 3.6, allow. True for the first.
  [[nodiscard]] bool note(io::time_point now, std::uint32_t epoch) noexcept;

private:
  struct observation {
    io::time_point at;
    std::int64_t epoch;
  };

  mapping_protocol spoken_;
  std::optional<observation> last_;
};

}  // namespace pappus::portmap

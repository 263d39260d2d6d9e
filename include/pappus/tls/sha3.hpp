// SHA3-256 (FIPS 202).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <pappus/io/stream.hpp>

namespace pappus::tls {

/// The hash of these bytes; nullopt if there is no memory. O(n).
[[nodiscard]] std::optional<std::array<std::uint8_t, 32>> sha3_256(io::const_buffer bytes) noexcept;

}  // namespace pappus::tls

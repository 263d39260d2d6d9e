// Addresses from text.
#pragma once

#include <string_view>

#include <pappus/io/endpoint.hpp>
#include <pappus/io/endpoint_range.hpp>

namespace support {

namespace io = pappus::io;

/// Each throws `std::bad_optional_access` if the text is invalid.
inline pappus::ip_address ip(std::string_view text) { return pappus::ip_address::parse(text).value(); }
inline io::endpoint at(std::string_view text) { return io::endpoint::parse(text).value(); }
inline io::endpoint_range range(std::string_view text) { return io::endpoint_range::parse(text).value(); }

}  // namespace support

// The transport protocols whose ports can be mapped.
#pragma once

#include <cstdint>

namespace pappus::portmap {

/// The value is the protocol's number of IANA.
enum class transport_protocol : std::uint8_t { tcp = 6, udp = 17 };

}  // namespace pappus::portmap

// Sizes of the records of a zip file without their variable parts, bytes (APPNOTE.TXT 6.3.9, section 4.3).
#pragma once

#include <cstddef>

namespace pappus::integration {

inline constexpr std::size_t local_header = 30;    // in front of a file's data
inline constexpr std::size_t central_header = 46;  // of a file, in the central directory
inline constexpr std::size_t end_record = 22;      // at the end of the archive

}  // namespace pappus::integration

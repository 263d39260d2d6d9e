// Every number that bounds what a stranger may cost the integration level.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::integration::limits {

using namespace std::chrono_literals;

/// Files in one archive: Grin's has ten. How long their names may be, and a zip's directory of them.
inline constexpr std::size_t archive_files = 64;
inline constexpr std::size_t archive_name = 255;
inline constexpr std::size_t archive_directory = 64 * 1024;

/// An archive that is on its way in, in bytes, and what comes out of it. Of the files of a chain's state most is hashes
/// and proofs, which no zip makes smaller, so much more coming out than went in means harm.
inline constexpr std::uint64_t archive_bytes = std::uint64_t{16} << 30;
inline constexpr std::uint64_t archive_unpacked = std::uint64_t{32} << 30;
inline constexpr std::uint64_t archive_ratio = 20;

/// What is left free of a disk, whatever is made, stored or unpacked there, and after how many bytes it is looked
/// again.
inline constexpr std::uint64_t disk_left_free = std::uint64_t{1} << 30;
inline constexpr std::uint64_t disk_looked_at_every = std::uint64_t{64} << 20;

/// Read or written at once on a worker thread.
inline constexpr std::size_t archive_piece = 256 * 1024;

/// How long an archive of ours is given to others who ask: all ask for the same block until the chain has grown by 720,
/// which takes half a day. How many there are on the disk, those included that are only still being read; how many read
/// one at once; and how often it is looked whether one is too old.
inline constexpr io::duration archive_age = 12h;
inline constexpr std::size_t archives_kept = 3;
inline constexpr std::size_t archive_followers = 128;
inline constexpr io::duration archives_looked_at_every = 1min;

}  // namespace pappus::integration::limits

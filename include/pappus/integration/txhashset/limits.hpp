// Limits of archives of the chain state.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::integration::limits {

using namespace std::chrono_literals;

/// Files in one archive, count. Grin's archive has ten.
inline constexpr std::size_t max_archive_files = 64;
/// Length of a file's name in an archive, bytes.
inline constexpr std::size_t max_archive_name_length = 255;
/// Size of a zip file's central directory, bytes.
inline constexpr std::size_t max_archive_directory_bytes = 64 * 1024;

/// Size of one archive, received or packed, bytes.
inline constexpr std::uint64_t max_archive_bytes = std::uint64_t{16} << 30;
/// Unpacked size of an archive, bytes.
inline constexpr std::uint64_t max_unpacked_bytes = std::uint64_t{32} << 30;
/// Unpacked bytes per byte of the archive. The files of a chain's state are mostly hashes and proofs, which do not
/// compress, so a large ratio indicates a zip bomb.
inline constexpr std::uint64_t max_compression_ratio = 20;

/// Free disk space that must remain after an archive is packed, stored or unpacked, bytes.
inline constexpr std::uint64_t min_free_disk = std::uint64_t{1} << 30;
/// Bytes written between two checks of the free disk space.
inline constexpr std::uint64_t disk_check_bytes = std::uint64_t{64} << 20;

/// Bytes read or written at a time on a worker thread.
inline constexpr std::size_t archive_chunk_size = 256 * 1024;

/// Time for which an archive of ours is served. All peers request the archive of the same block until the chain has
/// grown by 720 blocks, which takes half a day.
inline constexpr io::duration max_archive_age = 12h;
/// Archives on the disk, count, including those that only remain because they are still being read.
inline constexpr std::size_t max_archives = 3;
/// Concurrent readers of one archive, count. Also bounds the callers that wait for an archive's size.
inline constexpr std::size_t max_archive_readers = 128;
/// Interval of the check for expired archives.
inline constexpr io::duration archive_check_interval = 1min;

}  // namespace pappus::integration::limits

#include "zip_directory.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <pappus/integration/txhashset/limits.hpp>

#include "zip_records.hpp"

namespace pappus::integration {
namespace {

// Signatures of the records of a zip file (APPNOTE.TXT 6.3.9, section 4.3): "PK" and two bytes. `far` means zip64.
constexpr std::uint32_t central_mark = 0x02014b50;
constexpr std::uint32_t end_mark = 0x06054b50;
constexpr std::uint32_t far_end_mark = 0x06064b50;
constexpr std::uint32_t far_locator_mark = 0x07064b50;

constexpr std::size_t far_end_record = 56;
constexpr std::size_t far_locator = 20;
constexpr std::size_t longest_comment = 0xffff;

/// Size of the part of the file's end in which libzip searches the end record, bytes.
constexpr std::size_t searched = longest_comment + 1 + end_record + far_locator;

using bytes_view = std::span<const std::byte>;

template <class Integer>
Integer number(bytes_view in, std::size_t at) noexcept {
  Integer value = 0;
  for (std::size_t i = sizeof value; i != 0; --i) {
    value = static_cast<Integer>(value << 8U | std::to_integer<Integer>(in[at + i - 1]));
  }
  return value;
}
constexpr auto u16 = number<std::uint16_t>;
constexpr auto u32 = number<std::uint32_t>;
constexpr auto u64 = number<std::uint64_t>;

failure<archive_error> damaged(const char* how) { return failure{archive_error{archive_errc::damaged, how}}; }

/// Position and declared size of the central directory.
struct extent {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;
  std::uint64_t ends_at = 0;
};

result<std::vector<std::byte>, archive_error> read_part(disk_file& file, std::uint64_t from, std::size_t count) {
  std::vector<std::byte> part(count);
  PAPPUS_TRY_DISCARD(file.seek(from));
  PAPPUS_TRY(got, file.read(part));
  if (got != count) return damaged("it has become shorter");
  return part;
}

bool is_far(bytes_view tail, std::size_t end) noexcept {
  return end >= far_locator && u32(tail, end - far_locator) == far_locator_mark;
}

/// Finds the position of the end record in the tail. libzip accepts any end record there, so other candidates must not
/// point to a directory.
result<std::size_t, archive_error> find_end(bytes_view tail) {
  std::optional<std::size_t> found;
  for (std::size_t at = 0; at + end_record <= tail.size(); ++at) {
    if (u32(tail, at) != end_mark) continue;
    const bool last = at + end_record + u16(tail, at + 20) == tail.size();
    if ((last && found) || (!last && is_far(tail, at))) return damaged("it has several ends");
    if (last) found = at;
  }
  if (!found) return damaged("it has no end");
  return *found;
}

result<extent, archive_error> near_extent(bytes_view end, std::uint64_t at) {
  if (u16(end, 4) != 0 || u16(end, 6) != 0 || u16(end, 8) != u16(end, 10)) return damaged("it is one of several parts");
  return extent{u16(end, 10), u32(end, 12), u32(end, 16), at};
}

/// The extent of a zip64 archive, whose end record is too small for the numbers.
result<extent, archive_error> far_extent(disk_file& file, bytes_view locator, std::uint64_t locator_at) {
  const std::uint64_t at = u64(locator, 8);
  if (locator_at < far_end_record || at != locator_at - far_end_record) return damaged("its end is not in one place");
  PAPPUS_TRY(end, read_part(file, at, far_end_record));
  if (u32(end, 0) != far_end_mark || u64(end, 4) != far_end_record - 12) return damaged("its end cannot be read");
  if (u32(end, 16) != 0 || u32(end, 20) != 0 || u64(end, 24) != u64(end, 32)) {
    return damaged("it is one of several parts");
  }
  return extent{u64(end, 32), u64(end, 40), u64(end, 48), at};
}

result<std::vector<zip_directory::entry>, archive_error> read_entries(bytes_view directory, std::uint64_t count) {
  std::vector<zip_directory::entry> entries;
  while (entries.size() != count) {
    if (directory.size() < central_header || u32(directory, 0) != central_mark) {
      return damaged("its directory cannot be read");
    }
    const std::size_t name = u16(directory, 28);
    const std::size_t whole = central_header + name + u16(directory, 30) + u16(directory, 32);
    if (whole > directory.size()) return damaged("its directory cannot be read");
    const auto text = directory.subspan(central_header, name);
    entries.push_back({{reinterpret_cast<const char*>(text.data()), text.size()},
                       u16(directory, 8),
                       u16(directory, 10),
                       u32(directory, 38)});
    directory = directory.subspan(whole);
  }
  if (!directory.empty()) return damaged("there is more in its directory than it says");
  return entries;
}

}  // namespace

result<zip_directory, archive_error> read_directory(const std::string& path, std::size_t max) {
  std::error_code failed;
  zip_directory found;
  found.bytes = std::filesystem::file_size(path, failed);
  if (failed) return failure{archive_error{archive_errc::unreadable, path + ": " + failed.message()}};
  PAPPUS_TRY(file, disk_file::open(path));
  const auto tail_size = static_cast<std::size_t>(std::min<std::uint64_t>(found.bytes, searched));
  const std::uint64_t tail_at = found.bytes - tail_size;
  PAPPUS_TRY(tail, read_part(file, tail_at, tail_size));
  PAPPUS_TRY(end, find_end(tail));

  const bytes_view seen = tail;
  const auto where = is_far(seen, end)
                         ? far_extent(file, seen.subspan(end - far_locator, far_locator), tail_at + end - far_locator)
                         : near_extent(seen.subspan(end, end_record), tail_at + end);
  if (!where) return failure{where.error()};
  if (where->entries > max) {
    return failure{archive_error{archive_errc::too_many_files, std::to_string(where->entries)}};
  }
  if (where->bytes > limits::max_archive_directory_bytes) return damaged("its directory is too long");
  if (where->offset > where->ends_at || where->ends_at - where->offset != where->bytes) {
    return damaged("its directory is not where it says");
  }
  found.offset = where->offset;
  PAPPUS_TRY(directory, read_part(file, where->offset, static_cast<std::size_t>(where->bytes)));
  PAPPUS_TRY(entries, read_entries(directory, where->entries));
  found.entries = std::move(entries);
  return found;
}

}  // namespace pappus::integration

#include "zip_checks.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "zip_directory.hpp"
#include "zip_records.hpp"

namespace pappus::integration {
namespace {

// General purpose bit flags (APPNOTE.TXT 6.3.9, section 4.4.4): encryption, strong encryption, encrypted central
// directory.
constexpr std::uint16_t encrypted = 1U << 0U | 1U << 6U | 1U << 13U;

// Entry types: the file type in a Unix mode, and the DOS bits for a volume label, a folder, and a link.
constexpr std::uint32_t type_of_file = 0170000U << 16U;
constexpr std::uint32_t regular_file = 0100000U << 16U;
constexpr std::uint32_t dos_no_file = 0x08 | 0x10 | 0x400;

failure<archive_error> refused(archive_errc error, std::string detail) {
  return failure{archive_error{error, std::move(detail)}};
}

/// A name for a log. The peer controls it, so unprintable characters are replaced.
std::string shown(const std::string& name) {
  std::string plain = name.substr(0, limits::max_archive_name_length);
  std::ranges::replace_if(
      plain, [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
  return plain;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::optional<archive_errc> fault_of(const zip_directory::entry& what) noexcept {
  const std::uint32_t type = what.attributes & type_of_file;
  if (const auto wrong = check_name(what.name)) return wrong;
  if ((type != 0 && type != regular_file) || (what.attributes & dos_no_file) != 0) return archive_errc::not_a_file;
  if ((what.flags & encrypted) != 0) return archive_errc::encrypted;
  if (what.method != ZIP_CM_STORE && what.method != ZIP_CM_DEFLATE) return archive_errc::unknown_method;
  return std::nullopt;
}

result<void, archive_error> check_entries(const zip_directory& directory, std::span<const allowed_name> allowed) {
  std::vector<std::string> names;
  for (const zip_directory::entry& each : directory.entries) {
    if (const auto wrong = fault_of(each)) return refused(*wrong, shown(each.name));
    names.push_back(lower(each.name));
  }
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
    return refused(archive_errc::duplicate_name, *twice);
  }
  for (const zip_directory::entry& each : directory.entries) {
    if (!is_allowed(each.name, allowed)) return refused(archive_errc::unexpected_name, each.name);
  }
  return {};
}

result<zip_ptr, archive_error> open_for_reading(const std::string& path) {
  zip_error error;
  zip_source_t* const source = zip_source_file_create(path.c_str(), 0, 0, error.get());
  if (source == nullptr) return failure{fault_from(error.get(), archive_errc::unreadable)};
  zip_ptr archive{zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, error.get())};
  if (archive) return archive;
  zip_source_free(source);
  return failure{fault_from(error.get(), archive_errc::damaged)};
}

/// Sums the declared sizes, and checks them against the limits and the size of the archive.
class tally {
public:
  tally(const zip_directory& directory, const unpack_limits& max) noexcept
      : most_out_(max.bytes), file_(directory.bytes), ratio_(max.ratio), left_(directory.offset) {}

  result<void, archive_error> add(const zip_stat_t& what, const std::string& name) {
    const std::uint64_t head = local_header + name.size();
    if (left_ < head || left_ - head < what.comp_size) return refused(archive_errc::damaged, "files overlap: " + name);
    left_ -= head + what.comp_size;
    if (what.size > most_out_ - out_) return refused(archive_errc::too_large, name);
    out_ += what.size;
    if (out_ / ratio_ > file_) return refused(archive_errc::zip_bomb, name);
    if (what.comp_method == ZIP_CM_STORE && what.comp_size != what.size) return refused(archive_errc::wrong_size, name);
    return {};
  }

  [[nodiscard]] std::uint64_t out() const noexcept { return out_; }

private:
  std::uint64_t most_out_;
  std::uint64_t file_;
  std::uint64_t ratio_;
  std::uint64_t left_;  // bytes before the central directory that no checked file occupies: files must not overlap
  std::uint64_t out_ = 0;
};

}  // namespace

result<checked_zip, archive_error> check_zip(const std::string& path, std::span<const allowed_name> allowed,
                                             const unpack_limits& max) {
  PAPPUS_TRY(directory, read_directory(path, max.files));
  PAPPUS_TRY_DISCARD(check_entries(directory, allowed));
  PAPPUS_TRY(archive, open_for_reading(path));
  if (zip_get_num_entries(archive.get(), 0) != static_cast<zip_int64_t>(directory.entries.size())) {
    return refused(archive_errc::damaged, "it can be read in two ways");
  }
  constexpr zip_uint64_t needed = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  checked_zip checked;
  tally sizes{directory, max};
  for (zip_directory::entry& each : directory.entries) {
    zip_stat_t seen;
    const bool found = zip_stat_index(archive.get(), checked.entries.size(), ZIP_FL_ENC_RAW, &seen) == 0;
    if (!found || (seen.valid & needed) != needed || each.name != seen.name || each.method != seen.comp_method) {
      return refused(archive_errc::damaged, "it can be read in two ways");
    }
    PAPPUS_TRY_DISCARD(sizes.add(seen, each.name));
    checked.entries.push_back({std::move(each.name), seen.size});
  }
  checked.bytes = sizes.out();
  checked.archive = std::move(archive);
  return checked;
}

}  // namespace pappus::integration

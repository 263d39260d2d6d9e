#include <algorithm>
#include <array>
#include <utility>

#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/names.hpp>

namespace pappus::integration {
namespace {

constexpr std::array of_any_block{"kernel/pmmr_data.bin",     "kernel/pmmr_hash.bin",    "output/pmmr_data.bin",
                                  "output/pmmr_hash.bin",     "output/pmmr_prun.bin",    "rangeproof/pmmr_data.bin",
                                  "rangeproof/pmmr_hash.bin", "rangeproof/pmmr_prun.bin"};
constexpr std::array of_one_block{"output/pmmr_leaf.bin.", "rangeproof/pmmr_leaf.bin."};

/// Number of hexadecimal digits of the block hash in a file's name.
constexpr std::size_t digits_shown = 12;

bool is_lower_hex(char c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Characters that are ordinary characters of a name on every operating system.
bool is_plain(char c) noexcept {
  return is_lower_hex(c) || (c >= 'g' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-' ||
         c == '/';
}

bool matches(std::string_view name, const allowed_name& allowed) noexcept {
  if (!name.starts_with(allowed.text)) return false;
  const std::string_view rest = name.substr(allowed.text.size());
  return rest.size() == allowed.digits && std::ranges::all_of(rest, is_lower_hex);
}

}  // namespace

std::optional<archive_errc> check_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > limits::max_archive_name_length) return archive_errc::invalid_name;
  const bool drive = name.size() > 1 && name[1] == ':';
  if (name.front() == '/' || name.front() == '\\' || drive) return archive_errc::absolute_path;
  bool odd = !std::ranges::all_of(name, is_plain);
  for (std::size_t from = 0; from <= name.size();) {
    const std::size_t end = std::min(name.find_first_of("/\\", from), name.size());
    const std::string_view part = name.substr(from, end - from);
    if (part == "..") return archive_errc::path_traversal;
    odd = odd || part.empty() || part == ".";
    from = end + 1;
  }
  if (odd) return archive_errc::invalid_name;
  return std::nullopt;
}

bool is_allowed(std::string_view name, std::span<const allowed_name> among) noexcept {
  return std::ranges::any_of(among, [name](const allowed_name& each) { return matches(name, each); });
}

std::vector<std::string> txhashset_files(const wire::hash& block) {
  std::vector<std::string> names(of_any_block.begin(), of_any_block.end());
  const std::string shown = to_string(block).substr(0, digits_shown);
  for (const char* const each : of_one_block) names.push_back(each + shown);
  return names;
}

std::vector<allowed_name> txhashset_names(const wire::hash& block) {
  std::vector<allowed_name> allowed;
  for (std::string& each : txhashset_files(block)) allowed.push_back({std::move(each), 0});
  return allowed;
}

std::vector<allowed_name> txhashset_names() {
  std::vector<allowed_name> allowed;
  allowed.reserve(of_any_block.size() + of_one_block.size());
  for (const char* const each : of_any_block) allowed.push_back({each, 0});
  for (const char* const each : of_one_block) allowed.push_back({each, digits_shown});
  return allowed;
}

}  // namespace pappus::integration

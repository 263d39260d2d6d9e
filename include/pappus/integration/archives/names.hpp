// The names of files in an archive: which are sound, and which belong there.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/integration/archives/fault.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// What is wrong with a name, wherever it is: nothing, if it leads from a folder to something in it, on any system.
[[nodiscard]] std::optional<archive_errc> fault_of_name(std::string_view name) noexcept;

/// A name that a file may have: `text`, and behind it so many hexadecimal digits in lower case.
struct allowed_name {
  std::string text;
  std::size_t digits = 0;
};

[[nodiscard]] bool is_allowed(std::string_view name, std::span<const allowed_name> among) noexcept;

/// The files of which Grin makes the archive of a block, by their names in it: the three mountain ranges, and of two of
/// them which leaves there were at that block (grin, chain/src/txhashset/txhashset.rs, `file_list`).
[[nodiscard]] std::vector<std::string> txhashset_files(const wire::hash& block);

/// The same as what may be in an archive: of that block, or of any.
[[nodiscard]] std::vector<allowed_name> txhashset_names(const wire::hash& block);
[[nodiscard]] std::vector<allowed_name> txhashset_names();

}  // namespace pappus::integration

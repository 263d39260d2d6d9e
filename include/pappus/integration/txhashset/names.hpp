// Names of the files in an archive: which are safe, and which belong to a txhashset archive.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/integration/txhashset/error.hpp>
#include <pappus/wire/hash.hpp>

namespace pappus::integration {

/// Checks a name. Returns no error if the name leads from a folder to something in that folder on every operating
/// system.
[[nodiscard]] std::optional<archive_errc> check_name(std::string_view name) noexcept;

/// An allowed name: `text`, followed by exactly `digits` lower-case hexadecimal digits.
struct allowed_name {
  std::string text;
  std::size_t digits = 0;
};

[[nodiscard]] bool is_allowed(std::string_view name, std::span<const allowed_name> among) noexcept;

/// The names of the files that Grin packs into the archive of a block: the files of the three PMMRs (kernel, output,
/// rangeproof), and for output and rangeproof the leaf sets at that block. Source: grin,
/// chain/src/txhashset/txhashset.rs, `file_list`.
[[nodiscard]] std::vector<std::string> txhashset_files(const wire::hash& block);

/// The same names as a list for `is_allowed`: for one block, or for any block.
[[nodiscard]] std::vector<allowed_name> txhashset_names(const wire::hash& block);
[[nodiscard]] std::vector<allowed_name> txhashset_names();

}  // namespace pappus::integration

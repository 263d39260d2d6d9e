// RAII wrappers for libzip's archives and errors.
#pragma once

#include <memory>

#include <zip.h>

#include <pappus/integration/txhashset/error.hpp>

namespace pappus::integration {

struct zip_discarder {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
/// Discards changes on destruction: the file stays unmodified.
using zip_ptr = std::unique_ptr<zip_t, zip_discarder>;

/// A zip_error_t with automatic storage.
class zip_error {
public:
  zip_error() noexcept { zip_error_init(&value_); }
  zip_error(const zip_error&) = delete;
  zip_error& operator=(const zip_error&) = delete;
  ~zip_error() { zip_error_fini(&value_); }

  [[nodiscard]] zip_error_t* get() noexcept { return &value_; }

private:
  zip_error_t value_;
};

/// Translates a libzip error; `otherwise` if libzip's code is not specific.
[[nodiscard]] archive_error fault_from(zip_error_t* failed, archive_errc otherwise);

}  // namespace pappus::integration

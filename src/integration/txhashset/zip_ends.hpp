// Callback sources for libzip while packing: an input file, and the output archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zip.h>

#include <pappus/integration/txhashset/pack.hpp>

#include "disk_file.hpp"
#include "zip_library.hpp"

namespace pappus::integration {

/// Common base: records the first failure, for libzip as a code and for the caller in full.
class zip_end {
public:
  explicit zip_end(work_progress& progress) noexcept : progress_(progress) {}

  [[nodiscard]] const std::optional<archive_error>& failed() const noexcept { return failed_; }

protected:
  ~zip_end() = default;

  /// Records the failure. Returns false.
  bool refuse(archive_error error);
  /// Records the failure. Returns -1, libzip's error value.
  zip_int64_t fail(archive_error error) {
    refuse(std::move(error));
    return -1;
  }
  zip_int64_t answer_error(void* data, zip_uint64_t length) noexcept {
    return zip_error_to_data(error_.get(), data, length);
  }

  /// Calls `serve`. Turns an exception into an error, since libzip is C code.
  template <class Serve>
  zip_int64_t guarded(const Serve& serve) noexcept {
    try {
      return serve();
    } catch (...) {
      zip_error_set(error_.get(), ZIP_ER_MEMORY, 0);
      return -1;
    }
  }

  work_progress& progress_;
  zip_error error_;

private:
  std::optional<archive_error> failed_;
};

/// An input file. Its length must be exactly the planned one.
class zip_input final : public zip_end {
public:
  zip_input(const packing_plan::entry& what, work_progress& progress) : zip_end(progress), what_(what) {}

  /// A zip_source_callback. `self` is the object.
  static zip_int64_t serve(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) noexcept;

private:
  zip_int64_t handle(void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t open();
  zip_int64_t read(io::buffer into);
  bool fetch();

  const packing_plan::entry& what_;
  std::optional<disk_file> file_;
  std::uint64_t left_ = 0;  // bytes of the file not read yet
  std::vector<std::byte> piece_;
  io::const_buffer held_;  // part of the piece not passed to libzip yet
};

/// The output archive: a new file, and the number of its final bytes. Implemented here and not by libzip, to notice
/// when libzip seeks back to write something again; a seek to before the final bytes fails.
class zip_output final : public zip_end {
public:
  zip_output(const packing_plan& plan, std::string path, work_progress& progress)
      : zip_end(progress), plan_(plan), path_(std::move(path)) {}
  ~zip_output() { roll_back(); }

  static zip_int64_t serve(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) noexcept;

private:
  zip_int64_t handle(void* data, zip_uint64_t length, zip_source_cmd_t command);
  zip_int64_t begin();
  zip_int64_t write(io::const_buffer bytes);
  zip_int64_t seek(void* data, zip_uint64_t length);
  zip_int64_t commit();
  void roll_back() noexcept;
  bool flush();
  void note_final();

  const packing_plan& plan_;
  std::string path_;
  std::optional<disk_file> file_;
  std::vector<std::byte> piece_;  // buffered, not written yet
  std::uint64_t at_ = 0;          // position of the next byte
  std::uint64_t end_ = 0;
  std::uint64_t final_ = 0;
};

}  // namespace pappus::integration

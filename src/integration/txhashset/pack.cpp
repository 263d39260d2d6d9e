#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <system_error>
#include <utility>

#include <zip.h>

#include <pappus/integration/txhashset/limits.hpp>
#include <pappus/integration/txhashset/names.hpp>
#include <pappus/integration/txhashset/pack.hpp>

#include "zip_ends.hpp"
#include "zip_records.hpp"

namespace pappus::integration {
namespace {

/// Zip64, sizes in bytes (APPNOTE.TXT 6.3.9, sections 4.3 and 4.5): numbers that do not fit into 32 bits are in an
/// extra field, and two more records are at the end.
constexpr std::uint64_t far_end_records = 56 + 20;
constexpr std::uint64_t far_field = 4;
constexpr std::uint64_t far_number = 8;
constexpr std::uint64_t far = std::numeric_limits<std::uint32_t>::max();

constexpr unsigned mode_of_files = 0100644;
constexpr zip_uint16_t first_of_january_1980 = 0x21;

std::uint64_t size_of_zip(const std::vector<packing_plan::entry>& entries) noexcept {
  std::uint64_t offset = 0;
  std::uint64_t directory = 0;
  bool any_far = false;
  for (const packing_plan::entry& each : entries) {
    const bool large = each.bytes >= far;
    const std::uint64_t numbers = (large ? 2U : 0U) + (offset >= far ? 1U : 0U);
    directory += central_header + each.name.size() + (numbers == 0 ? 0 : far_field + numbers * far_number);
    offset += local_header + each.name.size() + (large ? far_field + 2 * far_number : 0) + each.bytes;
    any_far = any_far || numbers != 0;
  }
  return offset + directory + (any_far || offset > far ? far_end_records : 0) + end_record;
}

/// Opens a new archive that is written to `into`.
result<zip_ptr, archive_error> open_for_writing(zip_output& into) {
  zip_error error;
  zip_source_t* const target = zip_source_function_create(&zip_output::serve, &into, error.get());
  if (target == nullptr) return failure{fault_from(error.get(), archive_errc::unwritable)};
  zip_ptr archive{zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, error.get())};
  if (archive) return archive;
  zip_source_free(target);
  return failure{fault_from(error.get(), archive_errc::unwritable)};
}

result<void, archive_error> add(zip_t& archive, const std::string& name, zip_input& content) {
  const auto refused = [&archive] { return failure{fault_from(zip_get_error(&archive), archive_errc::unwritable)}; };
  zip_source_t* const source = zip_source_function(&archive, &zip_input::serve, &content);
  if (source == nullptr) return refused();
  const zip_int64_t index = zip_file_add(&archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    return refused();
  }
  const auto at = static_cast<zip_uint64_t>(index);
  if (zip_set_file_compression(&archive, at, ZIP_CM_STORE, 0) < 0 ||
      zip_file_set_dostime(&archive, at, 0, first_of_january_1980, 0) < 0 ||
      zip_file_set_external_attributes(&archive, at, 0, ZIP_OPSYS_UNIX, mode_of_files << 16U) < 0) {
    return refused();
  }
  return {};
}

/// The reason of a failure. The input or output callback knows it more precisely than libzip.
archive_error reason(zip_t& archive, const zip_output& output, const std::deque<zip_input>& inputs) {
  if (output.failed()) return *output.failed();
  for (const zip_input& each : inputs) {
    if (each.failed()) return *each.failed();
  }
  return fault_from(zip_get_error(&archive), archive_errc::unwritable);
}

}  // namespace

result<packing_plan, archive_error> plan_archive(std::vector<zip_entry> files) {
  const auto refuse = [](archive_errc error, std::string detail) {
    return failure{archive_error{error, std::move(detail)}};
  };
  if (files.empty()) return refuse(archive_errc::unreadable, "there is nothing to pack");
  if (files.size() > limits::max_archive_files) return refuse(archive_errc::too_many_files, {});
  packing_plan plan;
  for (zip_entry& each : files) {
    if (const auto wrong = check_name(each.name)) return refuse(*wrong, each.name);
    const bool twice = std::ranges::any_of(plan.entries, [&](const auto& other) { return other.name == each.name; });
    if (twice) return refuse(archive_errc::duplicate_name, each.name);
    std::error_code failed;
    const std::uint64_t bytes = each.bytes ? *each.bytes : std::filesystem::file_size(each.path, failed);
    if (failed) return refuse(archive_errc::unreadable, each.path + ": " + failed.message());
    if (bytes > limits::max_archive_bytes) return refuse(archive_errc::too_large, each.path);
    plan.entries.push_back({std::move(each.name), std::move(each.path), bytes});
  }
  plan.bytes = size_of_zip(plan.entries);
  if (plan.bytes > limits::max_archive_bytes) return refuse(archive_errc::too_large, std::to_string(plan.bytes));
  return plan;
}

result<void, archive_error> pack(const packing_plan& plan, const std::string& target, work_progress& progress) {
  zip_output output{plan, target, progress};
  std::deque<zip_input> inputs;
  PAPPUS_TRY(archive, open_for_writing(output));
  for (const packing_plan::entry& each : plan.entries) {
    PAPPUS_TRY_DISCARD(add(*archive, each.name, inputs.emplace_back(each, progress)));
  }
  if (zip_close(archive.get()) != 0) return failure{reason(*archive, output, inputs)};
  static_cast<void>(archive.release());
  return {};
}

}  // namespace pappus::integration

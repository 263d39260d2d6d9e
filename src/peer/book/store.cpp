#include <filesystem>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include <pappus/peer/book/store.hpp>

#include "database.hpp"
#include "schema.hpp"

namespace pappus::peer {
namespace {

namespace fs = std::filesystem;

/// In bytes; SQLite takes what is less for nothing, without a word.
constexpr std::uintmax_t smallest_database = 512;

/// What a failure to open says of the file.
enum class condition { in_use, unwritable, damaged };

condition condition_after(const SQLite::Exception& failed) noexcept {
  switch (failed.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return condition::in_use;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
    case SQLITE_FULL: return condition::unwritable;
    default: return condition::damaged;
  }
}

/// Moves a file, and the journal that belongs to it, out of the way; gives its new name, or nothing if it cannot.
std::string put_aside(const std::string& file) {
  std::error_code failed;
  std::string aside;
  for (int number = 1; aside.empty() || fs::exists(aside); ++number) aside = file + ".damaged" + std::to_string(number);
  fs::rename(file, aside, failed);
  if (failed) return {};
  for (const char* const part : {"-wal", "-shm"}) fs::rename(file + part, aside + part, failed);
  return aside;
}

store_batch everything(const store_content& content) {
  store_batch all;
  all.kept = content.addresses;
  all.banned = content.bans;
  all.anchors = content.anchors;
  return all;
}

std::string what_was_read(const salvaged& found) {
  return "; " + std::to_string(found.content.bans.size()) + " bans and " +
         std::to_string(found.content.addresses.size()) + " addresses could be read of it" +
         (found.lost == 0 ? "" : ", and others may be lost");
}

class own_category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "pappus.store"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<store_fault>(code)) {
      case store_fault::in_use: return "in use by another program";
      case store_fault::too_new: return "written by a later version of pappus";
    }
    return "unknown fault";
  }
};

}  // namespace

const std::error_category& store_category() noexcept {
  static const own_category category;
  return category;
}

store::store(std::unique_ptr<database> of) noexcept : database_(std::move(of)) {}
store::~store() = default;

result<store::opened> store::open(const std::string& file, const keyed_hash::key& fresh, const char* vfs) {
  const bool on_disk = file != in_memory;
  std::error_code ignored;
  const bool there = on_disk && fs::exists(file, ignored);
  const bool hollow = there && fs::file_size(file, ignored) < smallest_database;
  const auto make = [vfs](const std::string& at, const keyed_hash::key& key) {
    return std::unique_ptr<store>{new store{std::make_unique<database>(at, key, vfs)}};
  };
  opened result;
  condition found{};
  std::string why;
  try {
    result.at = make(file, fresh);
    result.content = result.at->database_->read();
    if (hollow) result.trouble = file + " was empty, or nearly so";
    return result;
  } catch (const schema::too_new&) {
    return failure{make_error_code(store_fault::too_new)};
  } catch (const SQLite::Exception& failed) {
    found = condition_after(failed);
    why = failed.what();
  }
  result.at.reset();
  if (found == condition::in_use) return failure{make_error_code(store_fault::in_use)};

  const bool damaged = found == condition::damaged;
  salvaged kept = salvage(file, !damaged, vfs);
  if (!kept.secret_found) kept.content.secret = fresh;
  const std::string aside = damaged ? put_aside(file) : std::string{};
  result.trouble = file + (damaged ? " is damaged (" : " cannot be written (") + why + ")";
  if (!aside.empty()) result.trouble += " and is now " + aside;
  if (there) result.trouble += what_was_read(kept);
  try {
    if (!aside.empty()) result.at = make(file, kept.content.secret);
  } catch (const SQLite::Exception&) {
    result.trouble += "; no new one can be made";
  }
  if (result.at == nullptr) {
    result.at = make(in_memory, kept.content.secret);
    result.trouble += "; nothing is stored from now on";
  }
  if (const auto written = result.at->write(everything(kept.content)); !written) {
    result.trouble += "; " + written.error();
  }
  result.content = std::move(kept.content);
  return result;
}

result<void, std::string> store::write(const store_batch& batch) {
  try {
    database_->write(batch);
    return {};
  } catch (const SQLite::Exception& failed) {
    return failure{std::string{failed.what()}};
  }
}

result<store_content, std::string> store::read() {
  try {
    return database_->read();
  } catch (const SQLite::Exception& failed) {
    return failure{std::string{failed.what()}};
  }
}

}  // namespace pappus::peer

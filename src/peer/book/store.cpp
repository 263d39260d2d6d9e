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
  all.stemmed = content.stems;
  return all;
}

std::string what_was_read(const salvaged& found) {
  const store_content& content = found.content;
  if (content.bans.empty() && content.addresses.empty() && content.stems.empty()) {
    return "; nothing could be read of it";
  }
  const std::string stems =
      content.stems.empty() ? "" : std::to_string(content.stems.size()) + " private transactions, ";
  return "; " + stems + std::to_string(content.bans.size()) + " bans and " + std::to_string(content.addresses.size()) +
         " addresses could be read of it" + (found.lost == 0 ? "" : ", and others may be lost");
}

class own_category final : public std::error_category {
public:
  [[nodiscard]] const char* name() const noexcept override { return "pappus.store"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<store_fault>(code)) {
      case store_fault::in_use: return "in use by another program";
      case store_fault::too_new: return "written by a later version of pappus";
      case store_fault::unresponsive: return "not done in time";
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
  std::error_code ignored;
  const bool there = file != in_memory && fs::exists(file, ignored);
  const bool hollow = there && fs::file_size(file, ignored) < smallest_database;
  try {
    opened sound;
    sound.at = make(file, fresh, vfs);
    sound.content = sound.at->database_->read();
    if (hollow) sound.trouble = file + " was empty, or nearly so";
    return sound;
  } catch (const schema::too_new&) {
    return failure{make_error_code(store_fault::too_new)};
  } catch (const SQLite::Exception& failed) {
    const condition found = condition_after(failed);
    if (found == condition::in_use) return failure{make_error_code(store_fault::in_use)};
    const bool damaged = found == condition::damaged;
    salvaged kept = salvage(file, !damaged, vfs);
    if (!kept.secret_found) kept.content.secret = fresh;
    std::string trouble = file + (damaged ? " is damaged (" : " cannot be written (") + failed.what() + ")";
    return recover(file, damaged, std::move(kept), std::move(trouble), vfs);
  }
}

std::unique_ptr<store> store::make(const std::string& file, const keyed_hash::key& secret, const char* vfs) {
  return std::unique_ptr<store>{new store{std::make_unique<database>(file, secret, vfs)}};
}

/// A new store with what was salvaged, in the place of a damaged one if that can be, or else in memory.
store::opened store::recover(const std::string& file, bool damaged, salvaged kept, std::string trouble,
                             const char* vfs) {
  opened made;
  const std::string aside = damaged ? put_aside(file) : std::string{};
  if (!aside.empty()) trouble += " and is now " + aside;
  trouble += what_was_read(kept);
  try {
    if (!aside.empty()) made.at = make(file, kept.content.secret, vfs);
  } catch (const SQLite::Exception&) {
    trouble += "; no new one can be made";
  }
  if (made.at == nullptr) {
    made.at = make(in_memory, kept.content.secret, nullptr);
    trouble += "; nothing is stored from now on";
  }
  if (const auto written = made.at->write(everything(kept.content)); !written) trouble += "; " + written.error();
  made.content = std::move(kept.content);
  made.trouble = std::move(trouble);
  return made;
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

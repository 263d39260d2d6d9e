#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <sqlite3.h>

#include <pappus/peer/store/sqlite_store.hpp>

#include "database.hpp"
#include "schema.hpp"
#include "store_file.hpp"

namespace pappus::peer {
namespace {

namespace fs = std::filesystem;

/// The error for a failure; nothing if the failure means that the file is damaged.
std::optional<store_errc> fault_after(const SQLite::Exception& failed) noexcept {
  if (dynamic_cast<const schema::too_new*>(&failed) != nullptr) return store_errc::too_new;
  if (const auto* const lost = dynamic_cast<const file_lost*>(&failed)) return lost->why;
  switch (failed.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return store_errc::in_use;
    case SQLITE_READONLY: return store_errc::read_only;
    case SQLITE_FULL: return store_errc::disk_full;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_IOERR: return store_errc::unusable;
    default: return std::nullopt;
  }
}

store_failure failure_after(const SQLite::Exception& failed) {
  return {make_error_code(fault_after(failed).value_or(store_errc::not_stored)), failed.what()};
}

/// Error for a name that must not be opened; nothing if it may be. Reading a device, for example, would never end.
std::optional<store_errc> objection_to(const std::string& file) {
  const bool is_name = !file.empty() && !file.starts_with("file:") && file.find('\0') == std::string::npos;
  if (!is_name) return store_errc::bad_name;
  std::error_code unknown;
  const fs::file_status there = fs::status(file, unknown);
  if (fs::exists(there) && !fs::is_regular_file(there)) return store_errc::not_a_file;
  return std::nullopt;
}

/// A damaged file that was renamed to make room for a new one, with its journals.
class quarantine {
public:
  /// Throws std::filesystem::filesystem_error if it cannot be moved.
  explicit quarantine(const std::string& file) : from_(fs::canonical(file).string()) {
    for (int number = 1; to_.empty() || fs::exists(to_); ++number) to_ = from_ + ".damaged" + std::to_string(number);
    fs::rename(from_, to_);
    for (const char* const part : journals) move_if_there(from_ + part, to_ + part);
  }

  [[nodiscard]] const std::string& name() const noexcept { return to_; }

  /// Restores the file, replacing any new one that has been created in its place.
  void undo() const {
    for (const char* const part : journals) {
      std::error_code not_there;
      fs::remove(from_ + part, not_there);
      move_if_there(to_ + part, from_ + part);
    }
    move_if_there(to_, from_);
  }

private:
  static constexpr std::array journals{"-wal", "-journal"};

  static void move_if_there(const std::string& from, const std::string& to) {
    std::error_code not_there;
    fs::rename(from, to, not_there);
  }

  std::string from_;
  std::string to_;
};

store_batch everything(const store_content& content) {
  store_batch all;
  all.addresses = content.addresses;
  all.hosts = content.hosts;
  all.banned = content.bans;
  all.anchors = content.anchors;
  all.stems = content.stems;
  all.written = content.written;
  return all;
}

std::string describe_salvaged(const salvaged& found) {
  const store_content& content = found.content;
  if (content.bans.empty() && content.addresses.empty() && content.stems.empty()) {
    return "; nothing could be read of it";
  }
  const std::string stems =
      content.stems.empty() ? "" : std::to_string(content.stems.size()) + " private transactions, ";
  return "; " + stems + std::to_string(content.bans.size()) + " bans and " + std::to_string(content.addresses.size()) +
         " addresses could be read of it" + (found.lost == 0 ? "" : ", and others may be lost");
}

}  // namespace

sqlite_store::sqlite_store(std::unique_ptr<database> of) noexcept : database_(std::move(of)) {}
sqlite_store::~sqlite_store() = default;

result<opened_store> sqlite_store::open(const std::string& file, const keyed_hash::key& fresh, const char* vfs) {
  const bool is_file = file != in_memory_store;
  if (const auto objection = is_file ? objection_to(file) : std::nullopt) return failure{make_error_code(*objection)};
  bool is_new = true;
  try {
    const file_owner owner = is_file ? owner_of(file, vfs) : file_owner::nobody;
    if (owner == file_owner::another) return failure{make_error_code(store_errc::foreign_file)};
    is_new = owner == file_owner::nobody;
    std::error_code unknown;
    const bool was_empty = is_file && is_new && fs::exists(file, unknown);
    auto found = std::make_unique<database>(file, is_new, fresh, vfs);
    opened_store opened;
    opened.content = found->read();
    opened.store.reset(new sqlite_store{std::move(found)});
    if (was_empty) opened.warning = file + " was empty: it is a new store";
    return opened;
  } catch (const SQLite::Exception& failed) {
    if (const auto fault = fault_after(failed)) return failure{make_error_code(*fault)};
    if (is_new) return failure{make_error_code(store_errc::unusable)};
    return recover(file, fresh, failed.what(), vfs);
  }
}

/// Replaces a damaged store by a new one with the readable content. On failure the damaged one is in place again.
result<opened_store> sqlite_store::recover(const std::string& file, const keyed_hash::key& fresh,
                                           const std::string& damage, const char* vfs) {
  salvaged recovered = salvage(file, vfs);
  if (!recovered.secret_found) recovered.content.secret = fresh;
  std::optional<quarantine> aside;
  std::unique_ptr<database> successor;
  try {
    aside.emplace(file);
    successor = std::make_unique<database>(file, true, recovered.content.secret, vfs);
    successor->write(everything(recovered.content));
  } catch (const fs::filesystem_error&) {
    return failure{make_error_code(store_errc::unusable)};
  } catch (const SQLite::Exception& failed) {
    successor.reset();
    aside->undo();
    return failure{make_error_code(fault_after(failed).value_or(store_errc::unusable))};
  }
  opened_store made;
  made.store.reset(new sqlite_store{std::move(successor)});
  made.warning = file + " is damaged (" + damage + ") and is now " + aside->name() + describe_salvaged(recovered);
  made.content = std::move(recovered.content);
  return made;
}

store_source sqlite_store::source(const std::string& file) {
  store_source made;
  made.open = [file](const keyed_hash::key& fresh) { return open(file, fresh); };
  made.name = file;
  made.is_durable = file != in_memory_store;
  return made;
}

result<void, store_failure> sqlite_store::write(const store_batch& batch) {
  try {
    database_->write(batch);
    return {};
  } catch (const SQLite::Exception& failed) {
    return failure{failure_after(failed)};
  }
}

result<void, store_failure> sqlite_store::check() {
  try {
    database_->expect_in_place();
    return {};
  } catch (const SQLite::Exception& failed) {
    return failure{failure_after(failed)};
  }
}

result<store_content, std::string> sqlite_store::read() {
  try {
    return database_->read();
  } catch (const SQLite::Exception& failed) {
    return failure{std::string{failed.what()}};
  }
}

}  // namespace pappus::peer

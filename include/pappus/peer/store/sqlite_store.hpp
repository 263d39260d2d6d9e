// SQLite store of addresses, bans, anchors and private transactions, in a database file of its own.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/peer/store/store_errc.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

class database;

/// Why a change is not stored.
struct store_failure {
  std::error_code code;  // a `store_errc`
  std::string text;      // for the log
};

/// Blocking: for worker threads, one call at a time. It has the only connection to its file and locks out other
/// programs.
class sqlite_store {
public:
  struct opened;

  /// Opens the store in a file, or creates it if there is no file or an empty one. `fresh`: the secret of a new store.
  /// Fails only with a `store_errc`; then the file is unchanged.
  ///
  /// A damaged store is renamed by appending `.damaged` and a number, what can be read of it is written to a new store,
  /// and `trouble` describes this. A file is a store if its header has the application id of pappus; other files are
  /// not touched. `vfs`: name of an SQLite VFS; null for the default one.
  [[nodiscard]] static result<opened> open(const std::string& file, const keyed_hash::key& fresh,
                                           const char* vfs = nullptr);

  sqlite_store(const sqlite_store&) = delete;
  sqlite_store& operator=(const sqlite_store&) = delete;
  ~sqlite_store();

  /// Writes a batch; an urgent one is on the disk when this returns. Fails with the reason, for example that the disk
  /// is full or the file has been moved or deleted. Then the batch may or may not be stored, and can be written again.
  [[nodiscard]] result<void, store_failure> write(const store_batch& batch);

  /// Checks that the file is still in place: fails with the reason if a later run would not find what is written now.
  [[nodiscard]] result<void, store_failure> look();

  /// Reads the entire content. Fails with a description of the damage.
  [[nodiscard]] result<store_content, std::string> read();

private:
  [[nodiscard]] static result<opened> recover(const std::string& file, const keyed_hash::key& fresh,
                                              const std::string& damage, const char* vfs);
  explicit sqlite_store(std::unique_ptr<database> of) noexcept;

  std::unique_ptr<database> database_;
};

struct sqlite_store::opened {
  std::unique_ptr<sqlite_store> at;
  store_content content;
  std::string trouble;  // empty if there was none
};

}  // namespace pappus::peer

// SQLite store of addresses, bans, anchors and private transactions, in a database file of its own.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Why a node cannot use a store. It must not continue without one: it would not know its bans, or could not keep them.
enum class store_errc {
  in_use = 1,    // another program has it open
  too_new,       // a later version of this library wrote it
  unresponsive,  // the store had not finished in time when the node was stopped
  bad_name,      // not the name of a file: empty, or one of SQLite's URIs
  not_a_file,    // the name belongs to something else: a folder, a device
  not_ours,      // the file is another program's, or too damaged to identify
  read_only,     // it can be read, but not written
  no_room,       // the disk is full
  unusable,      // it cannot be opened or created
};

[[nodiscard]] const std::error_category& store_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(store_errc fault) noexcept {
  return {static_cast<int>(fault), store_category()};
}

class database;

/// Blocking: for worker threads, one call at a time. It has the only connection to its file and locks out other
/// programs.
class sqlite_store {
public:
  /// The name of a store without a file.
  static constexpr const char* in_memory = ":memory:";

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
  [[nodiscard]] result<void, std::string> write(const store_batch& batch);

  /// Checks that the file is still in place: fails with the reason if a later run would not find what is written now.
  [[nodiscard]] result<void, std::string> look();

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

template <>
struct std::is_error_code_enum<pappus::peer::store_errc> : std::true_type {};

// What is known of addresses, and the bans, on disk: an SQLite database of its own.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Why a node must not go on with a store, for it would not know its bans, or could not keep them; or has left it.
enum class store_errc {
  in_use = 1,    // another program has it open
  too_new,       // a later version of this library wrote it
  unresponsive,  // the node was stopped, and it was not done in time
  bad_name,      // not the name of a file: empty, or one of SQLite's URIs
  not_a_file,    // there is something else of that name: a folder, a device
  not_ours,      // the file is another program's, or so damaged that this cannot be told
  read_only,     // it can be read, and not be written
  no_room,       // on its disk
  unusable,      // it cannot be opened or made
};

[[nodiscard]] const std::error_category& store_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(store_errc fault) noexcept {
  return {static_cast<int>(fault), store_category()};
}

class database;

/// Blocks, so it is used on a worker thread, by one at a time. It has the only connection to its file and keeps others
/// out.
class sqlite_store {
public:
  /// The only name of a store without a file.
  static constexpr const char* in_memory = ":memory:";

  struct opened;

  /// Opens the store in a file, or makes it where there is none, or an empty file. `fresh` is the secret of a new one.
  /// Fails only with a `store_fault`; then the file is as it was.
  ///
  /// A file of ours that is damaged is put aside, under its own name with `.damaged` and a number behind it, what can
  /// be read of it goes into a new one, and `trouble` says so. A file is ours if its header has our application id; any
  /// other is not touched. `vfs` is SQLite's name of the operating system; null for the usual one.
  [[nodiscard]] static result<opened> open(const std::string& file, const keyed_hash::key& fresh,
                                           const char* vfs = nullptr);

  sqlite_store(const sqlite_store&) = delete;
  sqlite_store& operator=(const sqlite_store&) = delete;
  ~sqlite_store();

  /// Writes a batch; if it is urgent, it is on the disk before this returns. Fails with the reason, for example a full
  /// disk, or that the file has been moved or deleted. Then it is not sure to be stored, and may be written again.
  [[nodiscard]] result<void, std::string> write(const store_batch& batch);

  /// Fails if what is written now would not be found again, with the reason.
  [[nodiscard]] result<void, std::string> look();

  /// Reads everything. Fails with what is damaged.
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

// What is known of addresses, and the bans, on disk: an SQLite database of its own.
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include <pappus/peer/book/stored.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Why a node must not go on with a store, for it would not know its bans; or has left it.
enum class store_fault {
  in_use = 1,    // another program has it open
  too_new,       // a later version of this library wrote it
  unresponsive,  // the node was stopped, and it was not done in time
};

[[nodiscard]] const std::error_category& store_category() noexcept;
[[nodiscard]] inline std::error_code make_error_code(store_fault fault) noexcept {
  return {static_cast<int>(fault), store_category()};
}

class database;
struct salvaged;

/// Blocks, so it is used on a worker thread, by one at a time. It has the only connection to its file and keeps others
/// out.
class store {
public:
  static constexpr const char* in_memory = ":memory:";

  struct opened;

  /// Opens the store in a file, or makes it. `fresh` is the secret of a new one. Fails only with a `store_fault`.
  ///
  /// A file that is damaged is put aside, under its own name with `.damaged` and a number behind it, what can be read
  /// of it goes into a new one, and `trouble` says so. Where no file can be written the store is in memory, with what
  /// could be read. `vfs` is SQLite's name of the operating system; null for the usual one.
  [[nodiscard]] static result<opened> open(const std::string& file, const keyed_hash::key& fresh,
                                           const char* vfs = nullptr);

  store(const store&) = delete;
  store& operator=(const store&) = delete;
  ~store();

  /// Writes a batch; if it is urgent, it is on the disk before this returns. Fails with SQLite's reason, for example a
  /// full disk, and then nothing of it has been written.
  [[nodiscard]] result<void, std::string> write(const store_batch& batch);

  /// Reads everything. Fails with what is damaged.
  [[nodiscard]] result<store_content, std::string> read();

private:
  [[nodiscard]] static std::unique_ptr<store> make(const std::string& file, const keyed_hash::key& secret,
                                                   const char* vfs);
  [[nodiscard]] static opened recover(const std::string& file, bool damaged, salvaged kept, std::string trouble,
                                      const char* vfs);
  explicit store(std::unique_ptr<database> of) noexcept;

  std::unique_ptr<database> database_;
};

struct store::opened {
  std::unique_ptr<store> at;
  store_content content;
  std::string trouble;  // empty if there was none
};

}  // namespace pappus::peer

template <>
struct std::is_error_code_enum<pappus::peer::store_fault> : std::true_type {};

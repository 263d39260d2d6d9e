// SQLite store of addresses, bans, anchors and private transactions, in a database file of its own.
#pragma once

#include <memory>
#include <string>

#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/durable_store.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

class database;

/// It has the only connection to its file and locks out other programs.
class sqlite_store final : public durable_store {
public:
  /// Opens the store in a file, or creates it if there is no file or an empty one; blocking. `fresh`: the secret of a
  /// new store. Fails only with a `store_errc`; then the file is unchanged.
  ///
  /// A damaged store is renamed by appending `.damaged` and a number, what can be read of it is written to a new store,
  /// and `warning` describes this. A file is a store if its header has the application id of pappus; other files are
  /// not touched. `vfs`: name of an SQLite VFS; null for the default one.
  [[nodiscard]] static result<opened_store> open(const std::string& file, const keyed_hash::key& fresh,
                                                 const char* vfs = nullptr);

  /// The store in a file, or `in_memory_store`, for a node to open.
  [[nodiscard]] static store_source source(const std::string& file);

  ~sqlite_store() override;

  /// Fails for example if the disk is full, or the file has been moved or deleted.
  [[nodiscard]] result<void, store_failure> write(const store_batch& batch) override;

  /// Checks that the file is still in place.
  [[nodiscard]] result<void, store_failure> check() override;

  /// Reads the entire content. Fails with a description of the damage.
  [[nodiscard]] result<store_content, std::string> read();

private:
  [[nodiscard]] static result<opened_store> recover(const std::string& file, const keyed_hash::key& fresh,
                                                    const std::string& damage, const char* vfs);
  explicit sqlite_store(std::unique_ptr<database> of) noexcept;

  std::unique_ptr<database> database_;
};

}  // namespace pappus::peer

// A chain in an SQLite database: headers, and the blocks of some of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <pappus/wire/block.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/header.hpp>

namespace mini_node {

/// Locks out other programs. Changes are written at `commit`, after which they outlive the process, but not a power
/// loss at once: then the last ones may be missing. If one cannot be written, that one and all later ones are lost.
class chain_file {
public:
  /// Why the file cannot be used, with its name.
  class error : public std::runtime_error {
  public:
    error(const std::string& file, const std::string& why);
  };

  struct row {
    pappus::wire::header header;
    bool is_linked = false;         // its block, and all before it, have arrived
    pappus::wire::block_ptr block;  // may be null
  };

  /// Opens the file, or creates it if there is none or an empty one; blocking. `lost` is called once, with the reason,
  /// when a change cannot be written. Throws `error` if the file is another program's or of another chain, is damaged,
  /// or cannot be used.
  chain_file(const std::string& file, const pappus::wire::chain_parameters& network,
             std::function<void(const std::string& why)> lost);
  chain_file(const chain_file&) = delete;
  chain_file& operator=(const chain_file&) = delete;
  ~chain_file();

  /// Calls `take` for all headers, lower ones first. Throws `error` if the file is damaged.
  void read(const std::function<void(const row&)>& take);

  /// Adds a header, or replaces what is stored of it.
  void put(const pappus::wire::header& header, bool is_linked, const pappus::wire::block_ptr& block);
  /// Drop a header with its block, or the block alone. `digest`: hash of the whole header.
  void drop(const pappus::wire::hash& digest);
  void drop_block(const pappus::wire::hash& digest);
  void commit();

private:
  struct connection;

  template <class Write>
  void write(Write change);

  std::string file_;
  pappus::wire::chain_parameters network_;
  std::function<void(const std::string&)> lost_;
  std::unique_ptr<connection> connection_;  // null after a failure
};

}  // namespace mini_node

// Store in the memory of this process, which outlasts a node: for simulations and tests that restart one.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <pappus/io/endpoint_range.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/ban.hpp>
#include <pappus/peer/store/durable_store.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/result.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/peer_address.hpp>

namespace pappus::peer {

/// What a `memory_store` keeps, as a file is what an `sqlite_store` keeps. For any thread.
class memory_records {
public:
  /// A copy of what the next node reads. O(n).
  [[nodiscard]] store_content content() const;

private:
  friend class memory_store;

  [[nodiscard]] store_content copy() const;
  void apply(const store_batch& batch);

  mutable std::mutex guard_;
  bool is_open_ = false;
  std::optional<keyed_hash::key> secret_;  // nothing until a store is opened
  std::map<wire::peer_address, address_info> addresses_;
  std::map<wire::peer_address, named_host> hosts_;
  std::map<io::endpoint_range, ban> bans_;
  std::map<wire::hash, stem_transaction> stems_;  // by their first kernels
  std::vector<wire::peer_address> anchors_;
  std::optional<io::wall_time> written_;
};

/// The model of a store on an ordered map from keys to values, without indexes. Never fails once it is open; memory
/// that runs out is an exception, after which nothing of the batch is in the store.
class memory_store final : public durable_store {
public:
  /// Opens a store on records that no other store has open; fails with `store_errc::in_use` otherwise. `fresh`: the
  /// secret of new records.
  [[nodiscard]] static result<opened_store> open(const std::shared_ptr<memory_records>& records,
                                                 const keyed_hash::key& fresh);

  /// The store on these records, for a node to open. `name`: for the log.
  [[nodiscard]] static store_source source(std::shared_ptr<memory_records> records,
                                           std::string name = "the store in memory");

  ~memory_store() override;

  [[nodiscard]] result<void, store_failure> write(const store_batch& batch) override;
  [[nodiscard]] result<void, store_failure> check() override { return {}; }

private:
  explicit memory_store(std::shared_ptr<memory_records> records) noexcept;

  std::shared_ptr<memory_records> records_;
};

}  // namespace pappus::peer

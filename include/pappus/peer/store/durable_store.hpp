// Interface of the stores that keep the content of a `peer_store` from one run of a node to the next.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include <pappus/peer/keyed_hash.hpp>
#include <pappus/peer/store/records.hpp>
#include <pappus/peer/store/store_errc.hpp>
#include <pappus/result.hpp>

namespace pappus::peer {

/// Why a change is not stored.
struct store_failure {
  std::error_code code;  // a `store_errc`; `not_stored` if no other fits
  std::string text;      // for the log
};

/// An open store. Blocking: called on worker threads, one call at a time, each perhaps on another thread.
///
/// A call may take as long as the disk takes: the node goes on, and when it is stopped it abandons a store that does
/// not finish in time. So a store owns all that it uses. An exception is a failure as `not_stored`.
class durable_store {
public:
  durable_store() = default;
  durable_store(const durable_store&) = delete;
  durable_store& operator=(const durable_store&) = delete;
  /// Closes the store; then it can be opened again. On a worker, or on the loop if the node did not run to its end.
  virtual ~durable_store() = default;

  /// Writes a batch, as `store_batch` defines: all of it or nothing. After success the next `open` reads it. An urgent
  /// batch is then on the disk with all before it. Another may be lost with the power, but only whole, and with all
  /// that were written after it.
  ///
  /// After a failure the batch is stored or not. The same batch is written again, before any other, until it succeeds
  /// or the node ends.
  [[nodiscard]] virtual result<void, store_failure> write(const store_batch& batch) = 0;

  /// Fails with the reason if the next `open` would not read what has been written, for example because the file has
  /// been moved. Called every `limits::store_check_interval` while there is nothing to write.
  [[nodiscard]] virtual result<void, store_failure> check() = 0;
};

/// A store and what it contained when it was opened.
struct opened_store {
  std::unique_ptr<durable_store> store;
  store_content content;  // anchors as they were written; the rest in any order that depends on the content alone
  std::string warning;    // for the log: what was lost or is unusual; empty if there was none
};

/// How a node opens its store.
struct store_source {
  /// Opens the store, or creates it with the secret `fresh`. Called once in a run of a node, on a worker. The call may
  /// outlive the node, so the function owns all that it uses. Fails with a `store_errc`: `in_use` if the store is open,
  /// `unusable` if no other fits. `node::run` rethrows its exceptions.
  std::function<result<opened_store>(const keyed_hash::key& fresh)> open;
  /// Name for the log.
  std::string name = "the store";
  /// False if nothing outlasts the store itself: then it is not checked.
  bool is_durable = true;
};

}  // namespace pappus::peer

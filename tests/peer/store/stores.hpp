// The durable stores of the library, for TEST_CASE_TEMPLATE("...", Where, on_sqlite, in_memory).
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <support/temporary_folder.hpp>

#include <pappus/peer/store/durable_store.hpp>
#include <pappus/peer/store/memory_store.hpp>
#include <pappus/peer/store/sqlite_store.hpp>

namespace stores {

using namespace pappus;

struct on_sqlite {
  [[nodiscard]] peer::store_source source() const { return peer::sqlite_store::source(folder.file("peers.db")); }

  support::temporary_folder folder;
};

struct in_memory {
  [[nodiscard]] peer::store_source source() const { return peer::memory_store::source(records); }

  std::shared_ptr<peer::memory_records> records = std::make_shared<peer::memory_records>();
};

template <class Where>
peer::opened_store opened(const Where& where, const peer::keyed_hash::key& fresh = {}) {
  auto given = where.source().open(fresh);
  REQUIRE(given.has_value());
  return *std::move(given);
}

/// The content that the next run would read. The store must not be open.
template <class Where>
peer::store_content content_of(const Where& where) {
  return opened(where).content;
}

/// The same for SQLite files.
[[nodiscard]] inline peer::store_source in_file(const std::string& file) { return peer::sqlite_store::source(file); }
[[nodiscard]] inline peer::store_content content_of_file(const std::string& file) {
  return peer::sqlite_store::open(file, {})->content;
}

inline void write(peer::durable_store& into, const peer::store_batch& batch) {
  const auto written = into.write(batch);
  REQUIRE_MESSAGE(written.has_value(), written.error().text);
}

/// Sorted by key.
inline peer::store_content sorted(peer::store_content content) {
  std::ranges::sort(content.addresses, {}, &peer::address_info::address);
  std::ranges::sort(content.hosts, {}, &peer::named_host::address);
  std::ranges::sort(content.bans, {}, &peer::ban::range);
  std::ranges::sort(content.stems, {}, &peer::stem_transaction::kernel);
  return content;
}

/// The content of an empty store after one batch.
inline peer::store_content content_after(const peer::store_batch& batch, const peer::keyed_hash::key& secret) {
  peer::store_content made;
  made.secret = secret;
  made.addresses = batch.addresses;
  made.hosts = batch.hosts;
  made.bans = batch.banned;
  if (batch.anchors) made.anchors = *batch.anchors;
  made.stems = batch.stems;
  made.written = batch.written;
  return sorted(std::move(made));
}

}  // namespace stores

#include <utility>

#include <pappus/peer/store/memory_store.hpp>

namespace pappus::peer {
namespace {

/// Rows by their keys; of rows with the same key the last one.
template <class Key, class Row>
std::map<Key, Row> rows_by(Key Row::*key, const std::vector<Row>& rows) {
  std::map<Key, Row> made;
  for (const Row& each : rows) made.insert_or_assign(each.*key, each);
  return made;
}

/// Puts rows into a table, replacing those with the same keys. Allocates nothing.
template <class Key, class Row>
void put(std::map<Key, Row> added, std::map<Key, Row>& into) noexcept {
  for (const auto& [key, row] : added) into.erase(key);
  into.merge(added);
}

template <class Key, class Row>
void remove(const std::vector<Key>& keys, std::map<Key, Row>& from) noexcept {
  for (const Key& each : keys) from.erase(each);
}

template <class Key, class Row>
std::vector<Row> rows_of(const std::map<Key, Row>& table) {
  std::vector<Row> rows;
  rows.reserve(table.size());
  for (const auto& [key, row] : table) rows.push_back(row);
  return rows;
}

}  // namespace

store_content memory_records::content() const {
  const std::lock_guard locked{guard_};
  return copy();
}

store_content memory_records::copy() const {
  store_content made;
  if (secret_) made.secret = *secret_;
  made.addresses = rows_of(addresses_);
  made.hosts = rows_of(hosts_);
  made.bans = rows_of(bans_);
  made.anchors = anchors_;
  made.stems = rows_of(stems_);
  made.written = written_;
  return made;
}

/// All that may run out of memory is done first, so that a batch is in the records entirely or not at all.
void memory_records::apply(const store_batch& batch) {
  auto rows = rows_by(&address_info::address, batch.addresses);
  auto hosts = rows_by(&named_host::address, batch.hosts);
  auto banned = rows_by(&ban::range, batch.banned);
  auto stemmed = rows_by(&stem_transaction::kernel, batch.stems);
  auto anchors = batch.anchors;

  put(std::move(rows), addresses_);
  put(std::move(hosts), hosts_);
  remove(batch.removed_addresses, addresses_);
  remove(batch.removed_addresses, hosts_);
  remove(batch.unbanned, bans_);
  put(std::move(banned), bans_);
  if (anchors) anchors_ = *std::move(anchors);
  if (batch.written) written_ = batch.written;
  remove(batch.removed_stems, stems_);
  for (const stem_deadline& each : batch.deadlines) {
    const auto found = stems_.find(each.kernel);
    if (found == stems_.end()) continue;
    found->second.deadline = each.deadline;
    found->second.rounds = each.rounds;
  }
  put(std::move(stemmed), stems_);
}

memory_store::memory_store(std::shared_ptr<memory_records> records) noexcept : records_(std::move(records)) {}

memory_store::~memory_store() {
  const std::lock_guard locked{records_->guard_};
  records_->is_open_ = false;
}

result<opened_store> memory_store::open(const std::shared_ptr<memory_records>& records, const keyed_hash::key& fresh) {
  const std::lock_guard locked{records->guard_};
  if (records->is_open_) return failure{make_error_code(store_errc::in_use)};
  if (!records->secret_) records->secret_ = fresh;
  opened_store made;
  made.content = records->copy();
  made.store.reset(new memory_store{records});
  records->is_open_ = true;
  return made;
}

store_source memory_store::source(std::shared_ptr<memory_records> records, std::string name) {
  store_source made;
  made.open = [on = std::move(records)](const keyed_hash::key& fresh) { return open(on, fresh); };
  made.name = std::move(name);
  return made;
}

result<void, store_failure> memory_store::write(const store_batch& batch) {
  const std::lock_guard locked{records_->guard_};
  records_->apply(batch);
  return {};
}

}  // namespace pappus::peer

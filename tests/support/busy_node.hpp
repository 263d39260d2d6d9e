// A node whose adapter has all functions, each of which can be made to throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <support/made_up.hpp>
#include <support/simulated_node.hpp>

#include <pappus/node.hpp>
#include <pappus/sim/world.hpp>

namespace support {

/// Throws in chosen calls of one function, counted from 1.
class fuse {
public:
  std::string_view function;
  std::size_t first = 0;  // 0: never
  std::size_t last = 0;
  std::size_t blown = 0;  // times

  void pass(std::string_view called) {
    if (called != function) return;
    ++calls_;
    if (first == 0 || calls_ < first || calls_ > last) return;
    ++blown;
    throw std::runtime_error{"boom"};
  }

private:
  std::size_t calls_ = 0;
};

/// Transactions that it accepted in public are given on request.
class busy_node {
public:
  busy_node(sim::machine& at, node_config config) : at_(at), node_(at.runtime(), std::move(config), adapter()) {
    at_.spawn(live());
  }
  busy_node(const busy_node&) = delete;
  busy_node& operator=(const busy_node&) = delete;

  [[nodiscard]] pappus::node* operator->() noexcept { return &node_; }
  [[nodiscard]] io::endpoint endpoint() const noexcept { return {at_.address(), port}; }
  [[nodiscard]] bool has(const wire::transaction_ptr& tx) const { return pool_.contains(tx->kernel_hash(0)); }

  /// The session with another node; null if there is none.
  [[nodiscard]] std::optional<std::uint64_t> session_with(const busy_node& other) const {
    for (const peer::peer_stats& each : node_.peers()) {
      if (each.endpoint.address == other.at_.address()) return each.id;
    }
    return std::nullopt;
  }

  void submit(const wire::transaction_ptr& tx) {
    keep(tx);
    node_.fluff(tx);
  }

  fuse blows;
  std::vector<std::string> errors;         // lines of its log
  std::optional<io::time_point> ended_at;  // when `run` completed,
  std::optional<result<void>> ended;       // and its result
  wire::block_ptr block = some_block(7);   // that it has

private:
  void keep(const wire::transaction_ptr& tx) {
    for (const wire::hash& kernel : tx->kernel_hashes()) pool_[kernel] = tx;
  }

  template <class Answer>
  auto without_answer(const char* function) {
    return [this, function](const auto&) {
      blows.pass(function);
      return std::optional<Answer>{};
    };
  }

  integration::adapter adapter() {
    integration::adapter adapter;
    answer_about_transactions(adapter);
    answer_about_blocks(adapter);
    hear(adapter);
    return adapter;
  }

  void answer_about_transactions(integration::adapter& adapter) {
    adapter.transaction_received = [this](const wire::transaction_ptr& tx, peer::phase at, const peer::peer_info&) {
      blows.pass("transaction_received");
      if (has(tx)) return peer::validation_result::ignore;
      if (at == peer::phase::fluff) keep(tx);
      return peer::validation_result::accept;
    };
    adapter.get_transaction = [this](const wire::hash& kernel) {
      blows.pass("get_transaction");
      const auto found = pool_.find(kernel);
      return found == pool_.end() ? nullptr : found->second;
    };
    adapter.validate_tx = [this](const wire::transaction_ptr&, peer::phase) {
      blows.pass("validate_tx");
      return true;
    };
    adapter.aggregate_transactions = [this](const std::vector<wire::transaction_ptr>&) {
      blows.pass("aggregate_transactions");
      return std::vector<wire::transaction_ptr>{};
    };
    adapter.get_output_features = [this](const wire::commitment&) {
      blows.pass("get_output_features");
      return std::optional{wire::output_features::plain};
    };
  }

  void answer_about_blocks(integration::adapter& adapter) {
    adapter.header_received = [this](const wire::header&, const peer::peer_info&) {
      blows.pass("header_received");
      return peer::validation_result::accept;
    };
    adapter.compact_block_received = [this](const wire::compact_block_ptr&, const peer::peer_info&) {
      blows.pass("compact_block_received");
      return peer::validation_result::accept;
    };
    adapter.block_received = [this](const wire::block_ptr&, const peer::peer_info&) {
      blows.pass("block_received");
      return peer::validation_result::accept;
    };
    adapter.locate_headers = [this](std::span<const wire::hash>) {
      blows.pass("locate_headers");
      return std::vector{block->header()};
    };
    adapter.get_block = [this](const wire::hash&) {
      blows.pass("get_block");
      return block;
    };
    adapter.get_compact_block = [this](const wire::hash&) {
      blows.pass("get_compact_block");
      return compact(*block);
    };
    adapter.get_output_bitmap_segment =
        without_answer<wire::messages::output_bitmap_segment>("get_output_bitmap_segment");
    adapter.get_output_segment = without_answer<wire::messages::output_segment>("get_output_segment");
    adapter.get_range_proof_segment = without_answer<wire::messages::range_proof_segment>("get_range_proof_segment");
    adapter.get_kernel_segment = without_answer<wire::messages::kernel_segment>("get_kernel_segment");
    adapter.txhashset_read = without_answer<peer::archive>("txhashset_read");
  }

  void hear(integration::adapter& adapter) {
    adapter.transaction_stemmed = [this](const auto&...) { blows.pass("transaction_stemmed"); };
    adapter.transaction_fluffed = [this](const wire::transaction_ptr& tx, const auto&...) {
      keep(tx);
      blows.pass("transaction_fluffed");
    };
    adapter.listening = [this](io::endpoint) { blows.pass("listening"); };
    adapter.peer_connected = [this](const auto&...) { blows.pass("peer_connected"); };
    adapter.peer_disconnected = [this](const auto&...) { blows.pass("peer_disconnected"); };
    adapter.banned = [this](const auto&...) { blows.pass("banned"); };
    adapter.unbanned = [this](const auto&...) { blows.pass("unbanned"); };
    adapter.trace = [this](const auto&...) { blows.pass("trace"); };
    adapter.log = [this](const peer::log_line& line) {
      blows.pass("log");
      if (line.level == peer::log_level::error) errors.push_back(line.text);
    };
  }

  task<void> live() {
    auto given = co_await node_.run();
    ended_at = at_.runtime().now();
    ended.emplace(std::move(given));
  }

  sim::machine& at_;
  std::map<wire::hash, wire::transaction_ptr> pool_;
  pappus::node node_;
};

}  // namespace support

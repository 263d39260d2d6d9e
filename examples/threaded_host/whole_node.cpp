#include "whole_node.hpp"

#include <cstdio>
#include <future>
#include <stdexcept>
#include <utility>

#include <pappus/integration/bridge/bind_executor.hpp>
#include <pappus/wire/chain_parameters.hpp>

#include "made_up.hpp"

namespace threaded_host {

using pappus::result;
using pappus::integration::bind_executor;
using pappus::peer::peer_info;
using pappus::peer::phase;
namespace wire = pappus::wire;

whole_node::whole_node(std::string name, const milestones& reached)
    : name_(std::move(name)),
      reached_(reached),
      pool_([this] { reached_.transactions.count_down(); }),
      chain_(wire::chain_parameters_for(wire::chain_type::usernet).genesis,
             {[this](std::uint64_t peer, const wire::hash& block) { ask_for(peer, block); },
              [this](const wire::block_ptr& grown_by) { tell_of(grown_by); }}),
      network_(std::make_unique<network_thread>(as_host(), chain_thread_.in())) {}

/// The network thread stops first: its handlers run on the other threads, which call the handle as long as they run.
whole_node::~whole_node() {
  network_->end();
  chain_thread_.end();
  pool_thread_.end();
}

/// The only place that assigns adapter calls to threads.
pappus::integration::adapter whole_node::as_host() {
  const auto pool = pool_thread_.in();
  const auto chain = chain_thread_.in();
  pappus::integration::adapter host;
  host.transaction_received = bind_executor(
      pool, [this](const wire::transaction_ptr& tx, phase at, const peer_info&) { return pool_.judge(tx, at); });
  host.get_transaction = bind_executor(pool, [this](const wire::hash& kernel) { return pool_.find(kernel); });
  host.transaction_fluffed =
      bind_executor(pool, [this](const wire::transaction_ptr& tx, auto, const auto&) { pool_.keep(tx); });
  host.header_received = bind_executor(
      chain, [this](const wire::header& said, const peer_info& from) { return chain_.judge(said, from.id); });
  host.get_block = bind_executor(chain, [this](const wire::hash& id) { return chain_.find(id); });
  host.locate_headers =
      bind_executor(chain, [this](std::span<const wire::hash> locator) { return chain_.after(locator); });
  return host;
}

/// Called on the chain's thread; the response arrives there, too.
void whole_node::ask_for(std::uint64_t peer, const wire::hash& block) {
  const wire::messages::get_block request{block};
  network_->remote().request(peer, request, [this](const result<wire::messages::block>& given) {
    if (given) chain_.add(given->value);
    else say("chain", "a block was not given: " + given.error().message());
  });
}

/// Called on the chain's thread. The pool removes the block's transactions on its own thread.
void whole_node::tell_of(const wire::block_ptr& grown_by) {
  network_->remote().set_chain_tip({grown_by->header().total_difficulty(), grown_by->header().height()});
  network_->remote().block_accepted(grown_by, [](const auto&) {});
  network_->remote().broadcast(grown_by->header(), [this, height = chain_.height()](const auto& told) {
    say("chain", "block " + std::to_string(height) + ", told " + std::to_string(told ? told->sent : 0));
  });
  pool_thread_.in()([this, grown_by] {
    pool_.forget_those_in(*grown_by);
    say("pool", std::to_string(pool_.size()) + " transactions left");
    reached_.blocks.count_down();
  });
}

void whole_node::connect(pappus::io::endpoint to) {
  std::promise<std::string> told;
  network_->remote().connect(
      to, [&told](const result<peer_info>& met) { told.set_value(met ? std::string{} : met.error().message()); });
  if (const std::string why = told.get_future().get(); !why.empty()) throw std::runtime_error(why);
}

void whole_node::send(const wire::transaction_ptr& tx) {
  network_->remote().stem(tx, [this](const result<void>& sent) {
    if (!sent) say("network", "a transaction was not sent: " + sent.error().message());
  });
}

void whole_node::mine(std::size_t transactions) {
  const auto taken = pool_thread_.wait_for([this, transactions] { return pool_.take(transactions); });
  chain_thread_.wait_for([this, &taken] { chain_.add(make_block(chain_.tip(), chain_.height() + 1, taken)); });
}

std::size_t whole_node::transactions_waiting() {
  return pool_thread_.wait_for([this] { return pool_.size(); });
}

std::uint64_t whole_node::height() {
  return chain_thread_.wait_for([this] { return chain_.height(); });
}

pappus::node_statistics whole_node::statistics() {
  std::promise<pappus::node_statistics> told;
  network_->remote().statistics([&told](const auto& now) { told.set_value(now.value()); });
  return told.get_future().get();
}

void whole_node::say(const char* who, const std::string& what) const {
  std::printf("%-9s %-8s %s\n", name_.c_str(), who, what.c_str());
}

}  // namespace threaded_host

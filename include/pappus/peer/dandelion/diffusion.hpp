// Making transactions public: to all peers at once, or to each after a while of its own.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include <pappus/io/runtime.hpp>
#include <pappus/io/timer_heap.hpp>
#include <pappus/peer/bridge/validator.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/relay/broadcast.hpp>
#include <pappus/peer/session/containment.hpp>
#include <pappus/peer/session/session_registry.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/transaction.hpp>

namespace pappus::peer {

/// Diffusion (Bitcoin Core 2015; as modelled in arXiv 1805.11060, section 2): each peer is told after an exponentially
/// distributed time, so that who tells first says little of who began. What it is made with outlives it.
class diffusion {
public:
  /// All outlive it.
  diffusion(io::runtime& on, const dandelion_options& options, broadcaster& to, const session_registry& peers,
            validator& told, containment& faults) noexcept
      : on_(on), options_(options), broadcaster_(to), peers_(peers), validator_(told), faults_(faults) {}
  diffusion(const diffusion&) = delete;
  diffusion& operator=(const diffusion&) = delete;

  /// Tells every peer of an audience that does not have it; and whoever has it told to everybody, the host, has it.
  /// With diffusion the report counts as sent whom it is to be
  /// told; whether each still has it not is looked at when its time has come.
  broadcast_report send(const wire::transaction_ptr& tx, const peer_filter& to = {},
                        transaction_form as = transaction_form::announced, news_source source = {});

private:
  using which = std::pair<std::uint64_t, wire::hash>;  // a peer, and what it is told of

  class telling final : public io::timer_node {
  public:
    telling(diffusion& of, std::uint64_t whom, wire::transaction_ptr what, transaction_form as,
            news_source whose) noexcept
        : peer(whom), tx(std::move(what)), form(as), source(whose), of_(of) {}

    const std::uint64_t peer;
    const wire::transaction_ptr tx;
    const transaction_form form;
    const news_source source;

  private:
    void on_timer() noexcept override { of_.tell(*this); }

    diffusion& of_;
  };

  void tell(telling& due) noexcept;

  io::runtime& on_;
  const dandelion_options& options_;
  broadcaster& broadcaster_;
  const session_registry& peers_;
  validator& validator_;
  containment& faults_;
  std::map<which, telling> planned_;
};

}  // namespace pappus::peer

// Carries out what `syncer` orders, and reports to it what came of it.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pappus/integration/sync/chain_sync.hpp>
#include <pappus/integration/sync/headers_summary.hpp>
#include <pappus/peer/session/session.hpp>

namespace pappus::integration {

template <class Report>
bool chain_sync::happened(std::uint64_t peer, Report report) noexcept {
  has_news_ = true;
  woken_.set();
  deps_.exceptions.run(0, "sync", [&] { update_tips(); });
  return deps_.exceptions.run(peer, "sync", [&] { report(deps_.runtime.now()); });
}

template <class Report>
void chain_sync::responded(std::uint64_t peer, sync_ticket which, Report report) noexcept {
  if (happened(peer, std::move(report)) || received_.contains(which)) return;
  happened(0, [&](io::time_point) { unanswered(which); });
}

// What was received.

void chain_sync::keep(sync_ticket which, content received) {
  const std::size_t bytes = memory_reservation_.bytes() + received.bytes;
  counted_.bytes_received += received.bytes;
  received_.insert_or_assign(which, std::move(received));
  memory_reservation_.set(bytes);
}

void chain_sync::carry_out(const sync_action::discard& action) {
  const auto found = received_.find(action.ticket);
  if (found == received_.end()) return;
  memory_reservation_.set(memory_reservation_.bytes() - found->second.bytes);
  received_.erase(found);
}

// Calls of the application.

void chain_sync::carry_out(const sync_action::get_locator&) {
  deps_.application.get_locator([this](std::optional<std::vector<wire::hash>> locator) {
    happened(0,
             [&](io::time_point now) { syncer_.located(now, std::move(locator).value_or(std::vector<wire::hash>{})); });
  });
}

/// Counts the result of an import, and reports it to `syncer`.
template <class Report>
auto chain_sync::imported(sync_statistics::import_counts& counts, Report report) {
  return [this, &counts, report](std::optional<import_result> given) {
    const import_result what = given.value_or(import_result::failed);
    counts.add(what);
    happened(0, [&](io::time_point now) { report(now, what); });
  };
}

void chain_sync::carry_out(const sync_action::import_headers& action) {
  const auto report = [this, ticket = action.ticket](io::time_point now, import_result what) {
    syncer_.headers_imported(now, ticket, what);
  };
  deps_.application.import_headers(kept<headers_ptr>(action.ticket), imported(counted_.header_imports, report));
}

void chain_sync::carry_out(const sync_action::list_missing& action) {
  deps_.application.get_missing_blocks(action.after, action.count, [this](std::optional<missing_blocks> found) {
    if (found && found->state) warn_of(*found->state);
    happened(0, [&](io::time_point now) { syncer_.missing_listed(now, std::move(found)); });
  });
}

void chain_sync::warn_of(const state_target& needed) {
  if (usable_.archive || (usable_.segments && needed.by_segments)) return;
  deps_.log(peer::log_level::warning, peer::log_category::sync, [&needed] {
    return "the chain needs the state at height " + std::to_string(needed.height) +
           ", which cannot be imported: the adapter lacks functions for it, or node_config::archive_folder is not set";
  });
}

void chain_sync::carry_out(const sync_action::import_block& action) {
  const auto report = [this, ticket = action.ticket](io::time_point now, import_result what) {
    syncer_.block_imported(now, ticket, what);
  };
  deps_.application.import_block(kept<wire::block_ptr>(action.ticket), imported(counted_.block_imports, report));
}

void chain_sync::carry_out(const sync_action::continue_state& action) {
  deps_.application.continue_state(action.block, action.count, [this](std::optional<state_progress> found) {
    happened(0, [&](io::time_point now) { syncer_.state_continued(now, std::move(found)); });
  });
}

void chain_sync::carry_out(const sync_action::import_segment& action) {
  const auto report = [this, ticket = action.ticket](io::time_point now, import_result what) {
    syncer_.segment_imported(now, ticket, what);
  };
  deps_.application.import_segment(kept<any_segment>(action.ticket), imported(counted_.segment_imports, report));
}

void chain_sync::carry_out(const sync_action::finish_state& action) {
  const auto report = [this](io::time_point now, import_result what) { syncer_.state_finished(now, what); };
  deps_.application.finish_state(action.block, imported(counted_.state_imports, report));
}

void chain_sync::carry_out(const sync_action::import_archive& action) {
  const auto report = [this, ticket = action.ticket](io::time_point now, import_result what) {
    syncer_.archive_imported(now, ticket, what);
  };
  const auto archive = kept<received_archive_ptr>(action.ticket);
  deps_.application.import_archive(archive->content, imported(counted_.state_imports, report));
}

// Requests to peers.

void chain_sync::unanswered(sync_ticket which) {
  ++counted_.unanswered;
  syncer_.unanswered(deps_.runtime.now(), which);
}

void chain_sync::carry_out(const sync_action::request_headers& action) {
  peer::session* const asked = deps_.sessions.find(action.peer);
  if (asked == nullptr) return unanswered(action.ticket);
  const auto batch = std::make_shared<std::vector<wire::header>>();
  peer::headers_request request{action.locator, [batch](std::span<const wire::header> arrived) {
                                  batch->insert(batch->end(), arrived.begin(), arrived.end());
                                }};
  const auto done = [this, batch, ticket = action.ticket,
                     peer = action.peer](const result<peer::headers_response, peer::request_error>& response) {
    responded(peer, ticket, [&](io::time_point now) {
      if (!response) return unanswered(ticket);
      headers_summary found = summarize(*batch);
      found.truncated = response->truncated;
      counted_.headers_received += batch->size();
      std::size_t bytes = 0;
      for (const wire::header& each : *batch) bytes += each.size();
      keep(ticket, {headers_ptr{batch}, bytes});
      syncer_.headers_received(now, ticket, found);
    });
  };
  asked->request<peer::headers_request>(std::move(request), done);
}

void chain_sync::carry_out(const sync_action::request_block& action) {
  using wire::messages::get_block;
  peer::session* const asked = deps_.sessions.find(action.peer);
  if (asked == nullptr) return unanswered(action.ticket);
  const auto done = [this, ticket = action.ticket,
                     peer = action.peer](const result<wire::messages::block, peer::request_error>& response) {
    responded(peer, ticket, [&](io::time_point now) {
      if (!response) return unanswered(ticket);
      const std::size_t bytes = response->value->raw_bytes().size();
      ++counted_.blocks_received;
      keep(ticket, {response->value, bytes});
      syncer_.block_received(now, ticket, bytes);
    });
  };
  asked->request<get_block>(get_block{action.hash}, done);
}

template <wire::messages::segment_type Of>
void chain_sync::request_segment(const sync_action::request_segment& action, peer::session& asked) {
  using request = wire::messages::get_segment<Of>;
  const auto done = [this, ticket = action.ticket,
                     peer = action.peer](const result<peer::response_to<request>, peer::request_error>& response) {
    responded(peer, ticket, [&](io::time_point now) {
      if (!response) return unanswered(ticket);
      const std::size_t bytes = response->size(wire::latest_version);
      ++counted_.segments_received;
      keep(ticket, {any_segment{*response}, bytes});
      syncer_.segment_received(now, ticket, bytes);
    });
  };
  asked.request<request>({action.block, action.segment.id}, done);
}

void chain_sync::carry_out(const sync_action::request_segment& action) {
  using wire::messages::segment_type;
  peer::session* const asked = deps_.sessions.find(action.peer);
  if (asked == nullptr) return unanswered(action.ticket);
  switch (action.segment.type) {
    case segment_type::output_bitmap: return request_segment<segment_type::output_bitmap>(action, *asked);
    case segment_type::output: return request_segment<segment_type::output>(action, *asked);
    case segment_type::range_proof: return request_segment<segment_type::range_proof>(action, *asked);
    case segment_type::kernel: return request_segment<segment_type::kernel>(action, *asked);
  }
}

void chain_sync::carry_out(const sync_action::request_archive& action) {
  const auto done = [this, ticket = action.ticket, peer = action.peer](std::optional<archive_outcome> outcome,
                                                                       const received_archive_ptr& archive) {
    responded(peer, ticket, [&](io::time_point now) {
      if (!outcome) return unanswered(ticket);
      if (archive != nullptr) {
        ++counted_.archives_received;
        keep(ticket, {archive, 0});
      }
      syncer_.archive_received(now, ticket, *outcome);
    });
  };
  archives_.request(action, done);
}

void chain_sync::carry_out(const sync_action::report& action) {
  const peer::session* const found = deps_.sessions.find(action.peer);
  if (found != nullptr) report_(found->peer(), action.reason);
}

void chain_sync::carry_out(const sync_action::disconnect& action) {
  peer::session* const found = deps_.sessions.find(action.peer);
  if (found == nullptr || found->is_ending()) return;
  ++counted_.disconnected;
  found->end({action.reason, {}});
}

void chain_sync::lost(const sync_action::get_locator&) { syncer_.located(deps_.runtime.now(), {}); }
void chain_sync::lost(const sync_action::import_headers& action) {
  syncer_.headers_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}
void chain_sync::lost(const sync_action::list_missing&) { syncer_.missing_listed(deps_.runtime.now(), std::nullopt); }
void chain_sync::lost(const sync_action::import_block& action) {
  syncer_.block_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}
void chain_sync::lost(const sync_action::continue_state&) {
  syncer_.state_continued(deps_.runtime.now(), std::nullopt);
}
void chain_sync::lost(const sync_action::import_segment& action) {
  syncer_.segment_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}
void chain_sync::lost(const sync_action::finish_state&) {
  syncer_.state_finished(deps_.runtime.now(), import_result::failed);
}
void chain_sync::lost(const sync_action::import_archive& action) {
  syncer_.archive_imported(deps_.runtime.now(), action.ticket, import_result::failed);
}

}  // namespace pappus::integration

// What `syncer` wants done.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/peer/disconnect_info.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/messages/ban_reason.hpp>

namespace pappus::integration {

/// Number of a request to a peer, or to the application; unique in the life of a `syncer`.
using sync_ticket = std::uint64_t;

/// Actions. Each request has one result, which the caller reports by the function of `syncer` that is named.
namespace sync_action {

// To the application.

/// Get the locator of its header chain: `syncer::located`.
struct get_locator {};
/// Import the headers of a response: `syncer::headers_imported`. Ordered again if the application was busy.
struct import_headers {
  sync_ticket ticket;
};
/// List blocks of the header chain that the application does not have, from the first after `after` on, or from the
/// first at all: `syncer::missing_listed`. `count` may be 0: then only whether `after` is still on the header chain.
struct list_missing {
  std::optional<wire::hash> after;
  std::size_t count;
};
/// Import the block of a response: `syncer::block_imported`. Ordered again if the application was busy or has failed.
struct import_block {
  sync_ticket ticket;
};

/// Begin the import of the state at this block, or go on with it, and list up to `count` segments that it needs:
/// `syncer::state_continued`.
struct continue_state {
  wire::hash block;
  std::size_t count;
};
/// Import the segment of a response: `syncer::segment_imported`. Ordered again if the application was busy or has
/// failed.
struct import_segment {
  sync_ticket ticket;
};
/// Validate the state whose segments have all been imported: `syncer::state_finished`.
struct finish_state {
  wire::hash block;
};
/// Import the archive of a response: `syncer::archive_imported`. Ordered again if the application was busy or has
/// failed.
struct import_archive {
  sync_ticket ticket;
};

// To a peer.

/// `syncer::headers_received` or `syncer::unanswered`.
struct request_headers {
  sync_ticket ticket;
  std::uint64_t peer;
  std::vector<wire::hash> locator;
};
/// `syncer::block_received` or `syncer::unanswered`.
struct request_block {
  sync_ticket ticket;
  std::uint64_t peer;
  wire::hash hash;
};

/// `syncer::segment_received` or `syncer::unanswered`.
struct request_segment {
  sync_ticket ticket;
  std::uint64_t peer;
  wire::hash block;
  segment_name segment;
};
/// `syncer::archive_received` or `syncer::unanswered`.
struct request_archive {
  sync_ticket ticket;
  std::uint64_t peer;
  wire::hash block;
  std::uint64_t height;
};

// Without a result of their own.

/// The archive that was requested is not needed any more. It has the result of its request nevertheless.
struct cancel_archive {
  sync_ticket ticket;
};

/// The content of a response, which is kept until then, is not needed any more.
struct discard {
  sync_ticket ticket;
};
/// The peer has certainly misbehaved.
struct report {
  std::uint64_t peer;
  wire::reason_for_ban reason;
};
/// Disconnect a peer that is of no use, without blame.
struct disconnect {
  std::uint64_t peer;
  peer::disconnect_reason reason;
};

}  // namespace sync_action

using any_sync_action =
    std::variant<sync_action::get_locator, sync_action::import_headers, sync_action::list_missing,
                 sync_action::import_block, sync_action::continue_state, sync_action::import_segment,
                 sync_action::finish_state, sync_action::import_archive, sync_action::request_headers,
                 sync_action::request_block, sync_action::request_segment, sync_action::request_archive,
                 sync_action::cancel_archive, sync_action::discard, sync_action::report, sync_action::disconnect>;

}  // namespace pappus::integration

// Downloads archives of states from peers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <pappus/coro/event.hpp>
#include <pappus/coro/task.hpp>
#include <pappus/integration/bridge/state_import.hpp>
#include <pappus/integration/sync/archive_sync.hpp>
#include <pappus/integration/sync/sync_action.hpp>
#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/io/runtime.hpp>
#include <pappus/peer/logger.hpp>
#include <pappus/peer/session/session_registry.hpp>

namespace pappus::integration {

/// An archive on the disk, whose file is removed with the last owner.
struct received_archive {
  state_archive content;                       // for the application
  std::unique_ptr<archive_download> download;  // that has stored it
};
using received_archive_ptr = std::shared_ptr<const received_archive>;

/// One archive at a time is stored in a folder, and verified. What an earlier process has left there is removed.
class archive_receiver {
public:
  /// With an archive if it is whole and undamaged. Nothing if the peer has sent none.
  using result_handler = std::function<void(std::optional<archive_outcome> outcome, received_archive_ptr archive)>;

  /// References outlive it. `max_bytes`: size of an archive.
  archive_receiver(io::runtime& runtime, peer::session_registry& sessions, peer::logger& log, std::string folder,
                   std::uint64_t max_bytes);
  archive_receiver(const archive_receiver&) = delete;
  archive_receiver& operator=(const archive_receiver&) = delete;

  /// Works until it is stopped.
  [[nodiscard]] task<void> run();

  /// Requests an archive; the one before it must have had its result. `done` is called on the loop, not during this
  /// call, and not if `run` is stopped meanwhile.
  void request(const sync_action::request_archive& what, result_handler done);

  /// The archive requested with that ticket is not needed any more. If it has not arrived its session is ended, without
  /// blame: Grin's protocol has no message to cancel it, and nothing else of the peer could be read before its end.
  void cancel(sync_ticket which) noexcept;

  /// Bytes of the archive that have been stored; 0 if there is none under way.
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
  struct order {
    sync_action::request_archive what;
    result_handler done;
    bool is_canceled = false;
    bool is_awaited = false;  // from the peer
  };

  struct received {
    std::optional<archive_outcome> outcome;
    received_archive_ptr archive;
  };

  [[nodiscard]] task<received> receive(sync_action::request_archive what);
  [[nodiscard]] received failed(std::uint64_t peer, const archive_error& why);

  io::runtime& runtime_;
  peer::session_registry& sessions_;
  peer::logger& log_;
  std::string folder_;
  std::uint64_t max_bytes_;
  std::optional<order> current_;
  coro::event has_order_;
  bool is_receiving_ = false;
  bool are_leftovers_removed_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace pappus::integration

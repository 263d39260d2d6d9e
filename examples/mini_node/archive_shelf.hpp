// The txhashset archive that is served to peers: an existing file, or one packed from a folder at the first request.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <pappus/integration/bridge/adapter.hpp>
#include <pappus/integration/txhashset/service.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

/// Holds at most one archive, the last one set.
class archive_shelf {
public:
  /// The loop must outlive this object.
  explicit archive_shelf(pappus::uv::loop& on) noexcept : on_(on) {}

  /// Serves an existing archive file.
  void keep_file(std::string path, const pappus::wire::messages::txhashset_request& at);

  /// Serves an archive of the files in a folder, named as Grin names them. The archive is packed into `cache`, which
  /// must be used for nothing else.
  void keep_folder(std::string path, std::string cache, const pappus::wire::messages::txhashset_request& at);

  [[nodiscard]] bool has_one() const noexcept { return !path_.empty(); }

  /// Opens the archive, whatever block the peer has requested.
  void open(const pappus::integration::responder<std::optional<pappus::peer::archive>>& to);

private:
  [[nodiscard]] std::optional<pappus::peer::archive> open_file() const;

  pappus::uv::loop& on_;
  pappus::wire::messages::txhashset_request at_;
  std::string path_;  // empty if there is no archive
  std::optional<pappus::integration::archive_service> packs_;
};

}  // namespace mini_node

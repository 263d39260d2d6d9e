// The chain's state, packed, for peers that ask: a file that is there, or made of a folder when the first one asks.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include <pappus/integration/archives/service.hpp>
#include <pappus/peer/host.hpp>
#include <pappus/uv/loop.hpp>
#include <pappus/wire/grin_messages.hpp>

namespace mini_node {

/// Has one at most: the last it was given.
class archive_shelf {
public:
  /// The loop outlives it.
  explicit archive_shelf(pappus::uv::loop& on) noexcept : on_(on) {}

  /// A file that is an archive.
  void keep_file(std::string path, const pappus::wire::messages::txhashset_request& at);

  /// A folder of the files of which Grin makes an archive. It is made in `cache`, which is for nothing else.
  void keep_folder(std::string path, std::string cache, const pappus::wire::messages::txhashset_request& at);

  [[nodiscard]] bool has_one() const noexcept { return !path_.empty(); }

  /// Whatever state was asked for.
  void open(const pappus::peer::responder<std::optional<pappus::peer::archive>>& to);

private:
  [[nodiscard]] std::optional<pappus::peer::archive> open_file() const;

  pappus::uv::loop& on_;
  pappus::wire::messages::txhashset_request at_;
  std::string path_;  // empty if there is none
  std::optional<pappus::integration::archive_service> packs_;
};

}  // namespace mini_node

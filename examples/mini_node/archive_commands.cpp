// Commands on txhashset archives: serve one to peers, request one from a peer, pack and unpack.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/uv/file.hpp>

#include "commands.hpp"
#include "parameters.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::task;
using pappus::wire::messages::txhashset_archive;
using pappus::wire::messages::txhashset_request;
namespace integration = pappus::integration;
namespace peer = pappus::peer;

}  // namespace

void commands::archive(const words& given, const done& answer) {
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{at.error()});
  const std::string path{given[0]};
  if (const auto readable = pappus::uv::open_file(on_, path, pappus::uv::open_mode::read); !readable) {
    return answer(failure{path + ": " + readable.error().message()});
  }
  chain_.archives().keep_file(path, *at);
  follower_.show();
  answer(record{});
}

void commands::pack(const words& given, const done& answer) {
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{at.error()});
  const std::string folder{given[0]};
  std::error_code unknown;
  if (!std::filesystem::is_directory(folder, unknown)) return answer(failure{"FOLDER: " + is_not(folder, "a folder")});
  chain_.archives().keep_folder(folder, std::string{given[3]}, *at);
  follower_.show();
  answer(record{});
}

void commands::download(const words& given, const done& answer) {
  const auto whom = peer_at(given[0]);
  if (!whom) return answer(failure{whom.error()});
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{at.error()});
  const std::string path{given[3]};
  auto into = pappus::uv::open_file(on_, path, pappus::uv::open_mode::create);
  if (!into) return answer(failure{path + ": " + into.error().message()});
  peer::archive_request asked{*at, *std::move(into), integration::limits::max_archive_bytes};
  node_.request(*whom, std::move(asked), [answer](const pappus::result<txhashset_archive>& got) {
    if (got) answer(description_of(*got));
    else answer(failure{got.error().message()});
  });
}

void commands::unpack(const words& given, const done& answer) {
  const auto whom = peer_at(given[0]);
  if (!whom) return answer(failure{whom.error()});
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{at.error()});
  const auto most = given.size() > 4 ? number_of("MIB", given[4], unpack_limits) : default_unpack_limit;
  if (!most) return answer(failure{most.error()});
  integration::archive_download_options how;
  how.folder = given[3];
  how.max_bytes = *most << 20;
  beside_->spawn(fetch_and_unpack(*whom, *at, std::move(how), answer));
}

task<void> commands::fetch_and_unpack(std::uint64_t whom, txhashset_request at,
                                      integration::archive_download_options how, done answer) {
  auto opened = co_await integration::archive_download::open(on_.runtime(), std::move(how));
  if (!opened) co_return answer(failure{to_string(opened.error())});
  integration::archive_download& incoming = **opened;
  peer::archive_request asked{at, incoming.sink(), incoming.max_bytes()};
  auto got = co_await node_.request(whom, std::move(asked));
  if (!got) {
    static_cast<void>(co_await incoming.discard());
    co_return answer(failure{got.error().message()});
  }
  auto allowed = integration::txhashset_names(got->block);
  auto unpacked = co_await incoming.unpack(std::move(allowed));
  if (!unpacked) co_return answer(failure{to_string(unpacked.error())});
  record given = description_of(*got);
  given["files"] = unpacked->files();
  given["folder"] = unpacked->release();
  answer(std::move(given));
}

}  // namespace mini_node

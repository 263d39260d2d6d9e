// Commands on txhashset archives: serve one to peers, request one from a peer, pack and unpack.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include <pappus/integration/txhashset/archive_download.hpp>
#include <pappus/uv/file.hpp>

#include "commands.hpp"
#include "text.hpp"

namespace mini_node {
namespace {

using pappus::failure;
using pappus::task;
using pappus::wire::messages::txhashset_archive;
using pappus::wire::messages::txhashset_request;
namespace integration = pappus::integration;
namespace peer = pappus::peer;

std::optional<txhashset_request> state_at(std::string_view hash, std::string_view height) {
  const auto block = pappus::wire::hash::from_hex(hash);
  const auto number = parse_number(height);
  if (!block || !number) return std::nullopt;
  return txhashset_request{*block, *number};
}

const std::string no_state = "an archive is that of a HASH and a HEIGHT";

}  // namespace

void commands::archive(const words& given, const done& answer) {
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{no_state});
  const std::string path{given[0]};
  if (const auto readable = pappus::uv::open_file(on_, path, pappus::uv::open_mode::read); !readable) {
    return answer(failure{path + ": " + readable.error().message()});
  }
  chain_.archives().keep_file(path, *at);
  show_what_is_kept();
  answer(record{});
}

void commands::pack(const words& given, const done& answer) {
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{no_state});
  const std::string folder{given[0]};
  std::error_code unknown;
  if (!std::filesystem::is_directory(folder, unknown)) return answer(failure{folder + " is not a folder"});
  chain_.archives().keep_folder(folder, std::string{given[3]}, *at);
  show_what_is_kept();
  answer(record{});
}

void commands::download(const words& given, const done& answer) {
  const auto whom = peer_at(given[0]);
  if (!whom) return answer(failure{no_peer(given[0])});
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{no_state});
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
  if (!whom) return answer(failure{no_peer(given[0])});
  const auto at = state_at(given[1], given[2]);
  if (!at) return answer(failure{no_state});
  constexpr std::uint64_t usual = 4096;
  const auto most = given.size() > 4 ? parse_number(given[4]) : std::optional{usual};
  constexpr std::uint64_t mebibyte = 1 << 20;
  if (!most || *most == 0 || *most > integration::limits::max_archive_bytes / mebibyte) {
    return answer(failure{std::string{"MIB is a number up to 16384"}});
  }
  integration::archive_download_options how;
  how.folder = given[3];
  how.max_bytes = *most * mebibyte;
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

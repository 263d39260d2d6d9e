// Headers, blocks and segments as Grin wrote them (tests/data/grin/README.md): decoded, with Grin's hashes, and encoded
// again byte for byte at every version.
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/mmr.hpp>

#include "wire/samples.hpp"

namespace grin_messages_test {

using namespace samples;

namespace {

constexpr std::uint32_t written_versions[] = {1, 2, 3, 1000};

/// One message on one chain as Grin wrote it.
struct source {
  chain_type network;
  std::string message;

  [[nodiscard]] std::string path(const std::string& file) const {
    return std::string{PAPPUS_TEST_DATA} + "/grin/messages/" + std::string{chain_parameters_for(network).name} + '/' +
           message + '/' + file;
  }
  /// The names of all shapes.
  [[nodiscard]] std::set<std::string> shapes() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator{path("")}) {
      const std::string file = entry.path().filename().string();
      found.insert(file.substr(0, file.find('.')));
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> words(const std::string& file) const {
    std::ifstream in{path(file)};
    REQUIRE_MESSAGE(in.good(), path(file));
    std::vector<std::string> found;
    for (std::string word; in >> word;) found.push_back(word);
    return found;
  }
  /// One body for all versions, or one for each version.
  [[nodiscard]] bytes body(const std::string& shape, std::uint32_t version) const {
    const std::string alone = shape + ".hex";
    const std::string file =
        std::filesystem::exists(path(alone)) ? alone : shape + ".v" + std::to_string(version) + ".hex";
    return from_hex(words(file).at(0));
  }
  template <class Message>
  [[nodiscard]] Message read(const std::string& shape, std::uint32_t version) const {
    auto got = decode<Message>(body(shape, version), speaking(version, network));
    REQUIRE_MESSAGE(got.has_value(), (path(shape) + ": " + (got ? "" : to_string(got.error()))));
    return *std::move(got);
  }
  /// Decodes and encodes at each version.
  template <class Message>
  void check_all_versions(const std::string& shape) const {
    for (const std::uint32_t from : written_versions) {
      const auto got = read<Message>(shape, from);
      for (const std::uint32_t to : written_versions) {
        CAPTURE(path(shape));
        CAPTURE(from);
        CAPTURE(to);
        const auto made = encode(got, protocol_version{to});
        if (made.has_value()) {
          CHECK(to_hex(*made) == to_hex(body(shape, to)));
        } else {
          CHECK(made.error().code == encode_errc::inputs_lack_features);
          CHECK(from >= 3);
          CHECK(to <= 2);
        }
      }
    }
  }
};

constexpr chain_type networks[] = {chain_type::mainnet, chain_type::testnet, chain_type::usernet,
                                   chain_type::automated_testing};

/// Calls back with each shape of a message on each chain; requires that there are `count`.
template <class Check>
void for_each_shape(const std::string& message, std::size_t expected, const Check& check) {
  std::size_t seen = 0;
  for (const chain_type network : networks) {
    const source from{network, message};
    if (!std::filesystem::exists(from.path(""))) continue;
    for (const std::string& name : from.shapes()) {
      check(from, name);
      ++seen;
    }
  }
  CHECK(seen == expected);
}

}  // namespace

TEST_CASE("Grin's headers read with Grin's hashes") {
  for_each_shape("header", 11, [](const source& from, const std::string& name) {
    const auto got = from.read<messages::header>(name, 1000);
    CHECK(to_string(got.value.hash()) == from.words(name + ".hash").at(0));
    if (name == "genesis") CHECK(got.value.hash() == chain_parameters_for(from.network).genesis);
    from.check_all_versions<messages::header>(name);
  });
}

TEST_CASE("a header's fields have the values of Grin") {
  const auto got = source{chain_type::usernet, "header"}.read<messages::header>("secondary_29", 3).value;
  CHECK(got.version() == 2);
  CHECK(got.height() == 5);
  CHECK(got.output_mmr_size() == 7);
  CHECK(got.kernel_mmr_size() == 4);
  CHECK(got.total_difficulty() == 1005);
  CHECK(got.secondary_scaling() == 3);
  CHECK(got.nonce() == 0x0102030405060708 + 5);
  CHECK(got.edge_bits() == 29);
  for (std::size_t i = 1; i < 42; ++i) CHECK(got.proof_nonce(i - 1) <= got.proof_nonce(i));
}

TEST_CASE("Grin's batches of headers read with Grin's hashes") {
  for_each_shape("headers", 8, [](const source& from, const std::string& name) {
    const auto got = from.read<messages::headers>(name, 1000);
    const auto hashes = from.words(name + ".hashes");
    REQUIRE(got.values.size() == hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) REQUIRE(to_string(got.values[i].hash()) == hashes[i]);
    from.check_all_versions<messages::headers>(name);
  });
}

TEST_CASE("the headers of a chain that Grin mined are linked by their hashes") {
  const auto chain_of = source{chain_type::automated_testing, "headers"}.read<messages::headers>("512", 1000).values;
  hash previous = chain_parameters_for(chain_type::automated_testing).genesis;
  for (const header& each : chain_of) {
    REQUIRE(each.prev_hash() == previous);
    previous = each.hash();
  }
}

TEST_CASE("Grin's blocks read with Grin's hashes, and are written as Grin writes them") {
  for_each_shape("block", 11, [](const source& from, const std::string& name) {
    const auto kernels = from.words(name + ".kernels");
    for (const std::uint32_t version : written_versions) {
      const auto got = from.read<messages::block>(name, version).value;
      CHECK(to_string(got->hash()) == from.words(name + ".hash").at(0));
      REQUIRE(got->kernels().size() == kernels.size());
      for (std::size_t i = 0; i < kernels.size(); ++i) CHECK(to_string(got->kernel_hash(i)) == kernels[i]);
    }
    from.check_all_versions<messages::block>(name);
  });
  const auto full = source{chain_type::usernet, "block"}.read<messages::block>("full", 3).value;
  CHECK(full->inputs().size() == 6);
  CHECK(full->outputs().size() == 6);
  CHECK(full->kernels().size() == 5);
}

TEST_CASE("Grin's compact blocks read with Grin's short ids") {
  for_each_shape("compact_block", 11, [](const source& from, const std::string& name) {
    const auto got = from.read<messages::compact_block>(name, 1000).value;
    CHECK(to_string(got->hash()) == from.words(name + ".hash").at(0));
    const short_id_hasher maker{got->hash(), got->nonce()};
    const auto pairs = from.words(name + ".ids");
    REQUIRE(got->short_ids().size() == pairs.size() / 2);
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
      const short_id made = maker.of(hash::from_hex(pairs[i]).value());
      CHECK(to_string(made) == pairs[i + 1]);
      CHECK(std::ranges::count(got->short_ids(), made) == 1);
    }
    from.check_all_versions<messages::compact_block>(name);
  });
}

TEST_CASE("Grin's segments, complete and pruned, read and are written as Grin writes them") {
  const auto check = []<class Message>(std::type_identity<Message>, std::size_t expected) {
    for_each_shape(Message::name, expected,
                   [](const source& from, const std::string& name) { from.check_all_versions<Message>(name); });
  };
  check(std::type_identity<messages::output_segment>{}, 14);
  check(std::type_identity<messages::range_proof_segment>{}, 12);
  check(std::type_identity<messages::kernel_segment>{}, 7);
  check(std::type_identity<messages::output_bitmap_segment>{}, 5);
}

TEST_CASE("a segment has its identifier, and its leaves have their positions in the MMR") {
  const auto whole = source{chain_type::usernet, "kernel_segment"}.read<messages::kernel_segment>("whole", 2).segment;
  const auto kernels = source{chain_type::usernet, "block"}.words("full.kernels");
  CHECK(whole.id() == segment_identifier{2, 0});
  REQUIRE(whole.leaves().size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(to_string(whole.leaf(i).hash()) == kernels[i]);
    CHECK(whole.leaf_position(i) == mmr::size(i));
  }
  CHECK(whole.proof().size() == 1);

  const source outputs{chain_type::automated_testing, "output_segment"};
  const auto last = outputs.read<messages::output_segment>("height_5_index_15", 1000).segment;
  CHECK(last.id() == segment_identifier{5, 15});
}

TEST_CASE("a segment that is pruned completely has one hash and no leaves") {
  const source outputs{chain_type::automated_testing, "output_segment"};
  const auto pruned = outputs.read<messages::output_segment>("pruned_height_2_index_0", 1000).segment;
  CHECK(pruned.leaves().empty());
  CHECK(pruned.hashes().size() == 1);
}

TEST_CASE("Grin's bitmap segments, in all three forms, have Grin's bits") {
  struct bitmap {
    std::string name;
    std::uint64_t size;
    bool (*unspent)(std::uint64_t output);
  };
  const bitmap bitmaps[] = {{"sparse", 200'000, [](std::uint64_t i) { return i % 701 == 3; }},
                            {"dense", 200'000, [](std::uint64_t i) { return i % 997 != 5; }},
                            {"mixed", 100'000, [](std::uint64_t i) { return i * i % 7 < 3; }},
                            {"short", 3'000, [](std::uint64_t i) { return i % 5 == 0; }}};
  const source from{chain_type::usernet, "output_bitmap_segment"};
  for (const bitmap& one : bitmaps) {
    CAPTURE(one.name);
    const auto got = from.read<messages::output_bitmap_segment>(one.name, 1000).segment;
    CHECK(got.chunks() == (one.size + 1023) / 1024);
    bytes bits(got.chunks() * bitmap_segment::chunk_size);
    got.expand(bits);
    for (std::uint64_t i = 0; i < bits.size() * 8; ++i) {
      const bool set = (bits[i / 8] & std::byte{0x80} >> i % 8) != std::byte{0};
      REQUIRE(set == (i < one.size && one.unspent(i)));
    }
    from.check_all_versions<messages::output_bitmap_segment>(one.name);
  }
}

TEST_CASE("Grin's requests read and are written as Grin writes them") {
  const auto check = []<class Message>(std::type_identity<Message>, std::initializer_list<const char*> shapes) {
    for (const char* shape : shapes) source{chain_type::usernet, Message::name}.check_all_versions<Message>(shape);
  };
  check(std::type_identity<messages::ping>{}, {"usual"});
  check(std::type_identity<messages::pong>{}, {"usual"});
  check(std::type_identity<messages::shake>{}, {"no_agent"});
  check(std::type_identity<messages::get_peer_addrs>{}, {"usual"});
  check(std::type_identity<messages::peer_addrs>{}, {"none", "v4", "v6", "most"});
  check(std::type_identity<messages::get_headers>{}, {"0", "1", "20"});
  check(std::type_identity<messages::get_block>{}, {"usual"});
  check(std::type_identity<messages::get_compact_block>{}, {"usual"});
  check(std::type_identity<messages::get_transaction>{}, {"usual"});
  check(std::type_identity<messages::transaction_kernel>{}, {"usual"});
  check(std::type_identity<messages::txhashset_request>{}, {"usual"});
  check(std::type_identity<messages::txhashset_archive>{}, {"usual"});
  check(std::type_identity<messages::ban_reason>{}, {"0", "1", "2", "3", "4", "5", "6", "7"});
  check(std::type_identity<messages::get_output_bitmap_segment>{}, {"usual"});
  check(std::type_identity<messages::get_output_segment>{}, {"usual"});
  check(std::type_identity<messages::get_range_proof_segment>{}, {"usual"});
  check(std::type_identity<messages::get_kernel_segment>{}, {"usual"});

  const auto asked = source{chain_type::usernet, "get_kernel_segment"}.read<messages::get_kernel_segment>("usual", 3);
  CHECK(asked.id == segment_identifier{11, 258});
  const auto archive = source{chain_type::usernet, "txhashset_archive"}.read<messages::txhashset_archive>("usual", 3);
  CHECK(archive.height == 678);
  CHECK(archive.bytes == 67'108'864);
}

TEST_CASE("Grin's IPv4-mapped addresses read as IPv4") {
  const auto hand = source{chain_type::usernet, "hand"}.read<messages::hand>("usual", 1000);
  CHECK(hand.version == latest_version);
  CHECK(hand.nonce == 0x0102030405060708);
  CHECK(hand.total_difficulty == 12345);
  CHECK(hand.user_agent == "MW/Grin 5.5.0");
  CHECK(hand.sender == peer_address{pappus::ip_address::v6({}), 3414});  // which Grin reads as 0.0.0.0
  CHECK(hand.receiver == peer_address{pappus::ip_address::v4(0x5db8d822), 13414});
  const auto three = source{chain_type::usernet, "peer_addrs"}.read<messages::peer_addrs>("three", 1000);
  REQUIRE(three.addresses.size() == 3);
  CHECK(three.addresses[0] == peer_address{pappus::ip_address::v4(0x01020304), 3414});
  CHECK(three.addresses[1] ==
        peer_address{pappus::ip_address::parse("::1").value(), 1});  // which Grin reads as 0.0.0.1
  CHECK(three.addresses[2] == peer_address{pappus::ip_address::v4(0xffffffff), 65535});
}

}  // namespace grin_messages_test

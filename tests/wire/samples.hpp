// Made-up, well-formed input for tests of messages.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/wire/body.hpp>
#include <pappus/wire/bytes.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/hash.hpp>
#include <pappus/wire/hex.hpp>
#include <pappus/wire/kernel.hpp>
#include <pappus/wire/message.hpp>
#include <pappus/wire/output.hpp>
#include <pappus/wire/writer.hpp>

namespace samples {

using namespace pappus::wire;

/// The same numbers on every platform (splitmix64).
class numbers {
public:
  explicit numbers(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }

  template <class Opaque>
  Opaque opaque() noexcept {
    Opaque value;
    for (std::byte& byte : value.raw) byte = static_cast<std::byte>(next());
    return value;
  }
  bytes raw(std::size_t size) {
    bytes value(size);
    for (std::byte& byte : value) byte = static_cast<std::byte>(next());
    return value;
  }

private:
  std::uint64_t state_;
};

inline bytes from_hex(std::string_view text) { return bytes_from_hex(text).value(); }

inline codec_context speaking(std::uint32_t version, chain_type network = chain_type::usernet) {
  return {protocol_version{version}, chain_parameters_for(network).limits};
}

inline constexpr std::uint32_t versions[] = {0, 1, 2, 3, 1000};

/// The parts of a transaction, in any order, valid or not.
struct draft {
  kernel_offset offset;
  std::vector<input> inputs;
  std::vector<output_features> outputs;  // their commitments and proofs are made from their index
  std::vector<commitment> output_commitments;
  std::vector<kernel> kernels;
  bool sorted = true;  // keep the order of the lists instead of sorting them
  std::uint64_t proof_length = limits::range_proof_size;

  void add_input(const commitment& spent, output_features features = output_features::plain) {
    inputs.push_back({features, spent});
  }
  void add_output(const commitment& made, output_features features = output_features::plain) {
    outputs.push_back(features);
    output_commitments.push_back(made);
  }
};

inline bytes written(const kernel& one, std::uint32_t version) {
  writer out{protocol_version{version}};
  one.write(out);
  return *std::move(out).finish();
}

inline bytes written(const input& one, std::uint32_t version) {
  writer out{protocol_version{version}};
  if (version <= 2) out.u8(static_cast<std::uint8_t>(one.features.value_or(output_features::plain)));
  out.fixed(one.commitment);
  return *std::move(out).finish();
}

inline bytes identifier(const draft& parts, std::size_t i) {
  writer out{latest_version};
  out.u8(static_cast<std::uint8_t>(parts.outputs[i]));
  out.fixed(parts.output_commitments[i]);
  return *std::move(out).finish();
}

inline bytes written_output(const draft& parts, std::size_t i) {
  writer out{latest_version};
  out.raw(identifier(parts, i));
  out.u64(parts.proof_length);
  const auto fill = parts.output_commitments[i].raw[1];
  out.raw(bytes(static_cast<std::size_t>(parts.proof_length), fill));
  return *std::move(out).finish();
}

/// The bytes of a transaction, written independently of the code under test.
inline bytes written(const draft& parts, std::uint32_t version) {
  struct piece {
    hash key;
    bytes form;
  };
  const auto put = [&parts](writer& out, std::vector<piece> pieces) {
    if (parts.sorted) std::sort(pieces.begin(), pieces.end(), [](auto& l, auto& r) { return l.key < r.key; });
    for (const piece& one : pieces) out.raw(one.form);
  };
  std::vector<piece> inputs, outputs, kernels;
  for (const input& one : parts.inputs) inputs.push_back({blake2b(written(one, version)), written(one, version)});
  for (std::size_t i = 0; i < parts.outputs.size(); ++i) {
    outputs.push_back({blake2b(identifier(parts, i)), written_output(parts, i)});
  }
  for (const kernel& one : parts.kernels) kernels.push_back({blake2b(written(one, 1)), written(one, version)});

  writer out{protocol_version{version}};
  out.fixed(parts.offset);
  out.u64(inputs.size());
  out.u64(outputs.size());
  out.u64(kernels.size());
  put(out, inputs);
  put(out, outputs);
  put(out, kernels);
  return *std::move(out).finish();
}

inline kernel some_kernel(numbers& random, kernel_features features = kernel_features::plain) {
  kernel one;
  one.features = features;
  if (features != kernel_features::coinbase) one.fee.raw = 1 + random.below(1'000'000);
  if (features == kernel_features::height_locked) one.lock = random.below(1'000'000);
  if (features == kernel_features::no_recent_duplicate) one.lock = 1 + random.below(limits::max_relative_height);
  one.excess = random.opaque<commitment>();
  one.signature = random.opaque<signature>();
  return one;
}

/// Valid on every chain but mainnet, with each kind of kernel a transaction may have.
inline draft some_draft(std::uint64_t seed = 1, std::size_t inputs = 3, std::size_t outputs = 2) {
  numbers random{seed};
  draft parts;
  parts.offset = random.opaque<kernel_offset>();
  for (std::size_t i = 0; i < inputs; ++i) {
    parts.add_input(random.opaque<commitment>(), static_cast<output_features>(random.below(2)));
  }
  for (std::size_t i = 0; i < outputs; ++i) parts.add_output(random.opaque<commitment>());
  for (const auto features :
       {kernel_features::plain, kernel_features::height_locked, kernel_features::no_recent_duplicate}) {
    parts.kernels.push_back(some_kernel(random, features));
  }
  return parts;
}

/// The parts of a header, valid or not.
struct header_draft {
  std::uint16_t version = 1;
  std::uint64_t height = 2;
  std::int64_t time = 1'700'000'000;
  std::array<hash, 5> roots;  // previous, previous_root, output_root, range_proof_root, kernel_root
  kernel_offset total_offset;
  std::uint64_t output_mmr_size = 7;
  std::uint64_t kernel_mmr_size = 4;
  std::uint64_t total_difficulty = 1000;
  std::uint32_t secondary_scaling = 1;
  std::uint64_t nonce = 5;
  std::uint8_t edge_bits = 15;
  std::vector<std::uint64_t> nonces;  // of the proof
};

/// Valid on the chain.
inline header_draft some_header(std::uint64_t seed = 1, chain_type network = chain_type::usernet) {
  const header_rules& rules = chain_parameters_for(network).limits.headers;
  numbers random{seed};
  header_draft parts;
  for (hash& root : parts.roots) root = random.opaque<hash>();
  parts.total_offset = random.opaque<kernel_offset>();
  parts.nonce = random.next();
  parts.edge_bits = rules.min_edge_bits;
  for (int i = 0; i < rules.proof_size; ++i) {
    parts.nonces.push_back(random.below(std::uint64_t{1} << parts.edge_bits));
  }
  std::sort(parts.nonces.begin(), parts.nonces.end());
  return parts;
}

/// Bit by bit, written independently of the code under test.
inline bytes packed(const std::vector<std::uint64_t>& nonces, std::uint8_t edge_bits) {
  bytes stream((nonces.size() * edge_bits + 7) / 8);
  std::size_t at = 0;
  for (const std::uint64_t nonce : nonces) {
    for (unsigned bit = 0; bit < edge_bits; ++bit, ++at) {
      if (bit < 64 && (nonce >> bit & 1) != 0) stream[at / 8] |= std::byte{1} << at % 8;
    }
  }
  return stream;
}

inline bytes written(const header_draft& parts) {
  writer out{latest_version};
  out.u16(parts.version);
  out.u64(parts.height);
  out.i64(parts.time);
  for (const hash& root : parts.roots) out.fixed(root);
  out.fixed(parts.total_offset);
  out.u64(parts.output_mmr_size);
  out.u64(parts.kernel_mmr_size);
  out.u64(parts.total_difficulty);
  out.u32(parts.secondary_scaling);
  out.u64(parts.nonce);
  out.u8(parts.edge_bits);
  out.raw(packed(parts.nonces, parts.edge_bits));
  return *std::move(out).finish();
}

/// The bytes of a block: a header instead of the offset.
inline bytes written(const header_draft& head, const draft& parts, std::uint32_t version) {
  bytes block = written(head);
  const bytes lists = written(parts, version);
  block.insert(block.end(), lists.begin() + kernel_offset::size, lists.end());
  return block;
}

/// Checks that decoding a body of `Message` fails with `fault` at `field`.
template <class Message>
void check_refused(bytes_view body, const codec_context& spoken, decode_errc fault, std::string_view field,
                   std::size_t offset) {
  const auto read = decode<Message>(body, spoken);
  REQUIRE_FALSE(read.has_value());
  CAPTURE(to_string(read.error()));
  CHECK(read.error().code == fault);
  CHECK(std::string_view{read.error().field} == field);
  CHECK(read.error().offset == offset);
  CHECK(std::string_view{read.error().message} == Message::name);
}

/// Checks that every prefix of a valid body is an error with a field, no later than its end.
template <class Message>
void check_truncations(bytes_view body, const codec_context& spoken) {
  for (std::size_t length = 0; length < body.size(); ++length) {
    const bytes copy(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
    const auto read = decode<Message>(copy, spoken);
    REQUIRE_FALSE(read.has_value());
    CAPTURE(length);
    CAPTURE(to_string(read.error()));
    REQUIRE(read.error().code == decode_errc::unexpected_end);
    REQUIRE(std::string_view{read.error().field} != "");
    REQUIRE(read.error().offset <= length);
  }
}

/// Checks that it reads back what it writes, in the size it announces, and refuses shorter and longer bodies.
template <class Message>
void check_message(const Message& value, std::string_view hex) {
  for (const std::uint32_t version : versions) {
    const auto body = encode(value, protocol_version{version});
    REQUIRE(body.has_value());
    CHECK(to_hex(*body) == hex);
    CHECK(body->size() == value.size(protocol_version{version}));
    const auto read = decode<Message>(*body, speaking(version));
    REQUIRE(read.has_value());
    CHECK(*read == value);
    check_truncations<Message>(*body, speaking(version));
    bytes longer = *body;
    longer.push_back(std::byte{0});
    check_refused<Message>(longer, speaking(version), decode_errc::trailing_bytes, "end", body->size());
  }
}

}  // namespace samples

// Benchmark of decoding and encoding Grin's largest messages. Lower bounds: the hashes that a decoder must compute, one
// at a time, and a copy of the bytes. Decoding is also measured with each number of hashes side by side that the CPU
// supports, and hashing alone. Synthetic well-formed contents, at the latest protocol version. compare.py compares the
// results with Grin's own code.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hash_lanes.hpp>

namespace {

using namespace pappus::wire;

constexpr chain_type network = chain_type::testnet;

codec_context spoken() { return {latest_version, chain_parameters_for(network).limits}; }

/// Deterministic pseudo-random numbers (splitmix64).
class numbers {
public:
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  bytes raw(std::size_t size) {
    bytes made(size);
    for (std::byte& byte : made) byte = static_cast<std::byte>(next());
    return made;
  }

private:
  std::uint64_t state_ = 0;
};

/// A message body, and the byte strings whose hashes its decoder must compute.
struct sample {
  bytes body;
  std::vector<bytes> hashed;
};

/// Elements sorted by the hashes of their keys.
struct sorted_list {
  struct element {
    hash order;
    bytes key;
    bytes form;
  };
  std::vector<element> elements;

  void add(bytes key, bytes form) {
    const hash order = blake2b(key);
    elements.push_back({order, std::move(key), std::move(form)});
  }
  void put(writer& out, std::vector<bytes>& hashed) {
    std::ranges::sort(elements, {}, &element::order);
    for (element& each : elements) {
      out.raw(each.form);
      hashed.push_back(std::move(each.key));
    }
  }
};

bytes finished(writer& out) { return *std::move(out).finish(); }

/// `out` contains what precedes the lists.
sample with_lists(writer out, std::vector<bytes> hashed, std::size_t inputs, std::size_t outputs, std::size_t kernels) {
  numbers random;
  sorted_list ins;
  sorted_list outs;
  sorted_list kerns;
  for (std::size_t i = 0; i < inputs; ++i) {
    const bytes spent = random.raw(commitment::size);
    ins.add(spent, spent);
  }
  for (std::size_t i = 0; i < outputs; ++i) {
    writer form{latest_version};
    form.u8(0);
    form.raw(random.raw(commitment::size));
    const bytes key = finished(form);
    writer whole{latest_version};
    whole.raw(key);
    whole.u64(limits::range_proof_size);
    whole.raw(random.raw(limits::range_proof_size));
    outs.add(key, finished(whole));
  }
  for (std::size_t i = 0; i < kernels; ++i) {
    kernel one;
    one.fee.raw = 1 + i;
    one.excess = commitment::copy(random.raw(commitment::size).data());
    one.signature = signature::copy(random.raw(signature::size).data());
    const auto fixed = one.fixed_form();
    writer form{latest_version};
    one.write(form);
    kerns.add(bytes(fixed.begin(), fixed.end()), finished(form));
  }
  out.u64(inputs);
  out.u64(outputs);
  out.u64(kernels);
  ins.put(out, hashed);
  outs.put(out, hashed);
  kerns.put(out, hashed);
  return {finished(out), std::move(hashed)};
}

sample some_transaction() {
  writer out{latest_version};
  out.fixed(kernel_offset{});
  return with_lists(std::move(out), {}, 2, 2, 1);
}

/// Writes one header. Returns its proof of work, whose hash is the header's hash.
bytes put_header(writer& out, numbers& random) {
  out.u16(1);
  out.u64(100'000);
  out.i64(1'700'000'000);
  out.raw(random.raw(6 * 32));
  out.u64(2'345'678);  // nodes of the MMR of outputs
  out.u64(1'234'567);  // of kernels
  out.u64(1'000'000);
  out.u32(1);
  out.u64(random.next());
  out.u8(32);
  bytes proof = random.raw(42 * 32 / 8);
  out.raw(proof);
  return proof;
}

sample some_block() {
  numbers random;
  writer out{latest_version};
  bytes proof = put_header(out, random);
  return with_lists(std::move(out), {std::move(proof)}, 1000, 500, 1000);
}

sample some_headers() {
  numbers random;
  writer out{latest_version};
  std::vector<bytes> hashed;
  out.u16(limits::max_headers);
  for (int i = 0; i < limits::max_headers; ++i) hashed.push_back(put_header(out, random));
  return {finished(out), std::move(hashed)};
}

sample some_range_proofs() {
  numbers random;
  writer out{latest_version};
  constexpr std::uint64_t leaves = 1024;
  out.raw(random.raw(hash::size));
  segment_identifier{10, 1}.write(out);
  out.u64(0);
  out.u64(leaves);
  for (std::uint64_t i = 0; i < leaves; ++i) out.u64(i + 1);
  for (std::uint64_t i = 0; i < leaves; ++i) {
    out.u64(limits::range_proof_size);
    out.raw(random.raw(limits::range_proof_size));
  }
  out.u64(0);
  return {finished(out), {}};
}

void per_body(benchmark::State& state, const sample& of) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(of.body.size()));
}

template <class Message>
void decode_it(benchmark::State& state, sample (*make)()) {
  const sample of = make();
  for (auto _ : state) {
    auto read = decode<Message>(of.body, spoken());
    if (!read) state.SkipWithError(to_string(read.error()).c_str());
    benchmark::DoNotOptimize(read);
  }
  per_body(state, of);
}

template <class Message>
void encode_it(benchmark::State& state, sample (*make)()) {
  const sample of = make();
  const auto read = decode<Message>(of.body, spoken());
  for (auto _ : state) benchmark::DoNotOptimize(encode(*read, latest_version));
  per_body(state, of);
}

/// Lower bound of encoding: one copy.
void copy_of(benchmark::State& state, sample (*make)()) {
  const sample of = make();
  for (auto _ : state) {
    bytes copy(of.body.begin(), of.body.end());
    benchmark::DoNotOptimize(copy.data());
  }
  per_body(state, of);
}

/// The same with a number of hashes side by side.
template <class Message>
void decode_in_lanes(benchmark::State& state, sample (*make)(), std::size_t lanes) {
  const std::size_t before = hash_lanes();
  select_hash_lanes(lanes);
  decode_it<Message>(state, make);
  select_hash_lanes(before);
}

/// Hashes 512 byte strings of `size` bytes.
void hash_in_lanes(benchmark::State& state, std::size_t size, std::size_t lanes) {
  numbers random;
  const bytes all = random.raw(512 * size);
  std::vector<bytes_view> messages;
  for (std::size_t at = 0; at < all.size(); at += size) messages.push_back(bytes_view{all}.subspan(at, size));
  std::vector<hash> hashes(messages.size());
  const std::size_t before = hash_lanes();
  select_hash_lanes(lanes);
  for (auto _ : state) {
    blake2b_many(messages, hashes);
    benchmark::DoNotOptimize(hashes.data());
  }
  select_hash_lanes(before);
}

/// Lower bound of decoding one hash at a time: one copy, and the hashes that must be computed.
void floor_of(benchmark::State& state, sample (*make)()) {
  const sample of = make();
  for (auto _ : state) {
    bytes copy(of.body.begin(), of.body.end());
    benchmark::DoNotOptimize(copy.data());
    for (const bytes& piece : of.hashed) benchmark::DoNotOptimize(blake2b(piece));
  }
  per_body(state, of);
}

struct message_kind {
  const char* name;
  sample (*make)();
  void (*decode)(benchmark::State& state, sample (*make)());
  void (*encode)(benchmark::State& state, sample (*make)());
  void (*decode_in_lanes)(benchmark::State& state, sample (*make)(), std::size_t lanes);
};

template <class Message>
constexpr message_kind kind(const char* name, sample (*make)()) {
  return {name, make, decode_it<Message>, encode_it<Message>, decode_in_lanes<Message>};
}

constexpr message_kind kinds[] = {kind<messages::transaction>("transaction", some_transaction),
                                  kind<messages::block>("block", some_block),
                                  kind<messages::headers>("headers", some_headers),
                                  kind<messages::range_proof_segment>("range_proof_segment", some_range_proofs)};

void register_all() {
  for (const message_kind& each : kinds) {
    const auto add = [&each](const char* what, auto* run) {
      benchmark::RegisterBenchmark((std::string{each.name} + '/' + what).c_str(), run, each.make);
    };
    add("copy", copy_of);
    add("floor", floor_of);
    add("decode", each.decode);
    add("encode", each.encode);
    for (const std::size_t lanes : supported_hash_lanes()) {
      benchmark::RegisterBenchmark((std::string{each.name} + "/decode/" + std::to_string(lanes)).c_str(),
                                   each.decode_in_lanes, each.make, lanes);
    }
  }
  for (const std::size_t size : {34U, 114U, 168U}) {
    for (const std::size_t lanes : supported_hash_lanes()) {
      benchmark::RegisterBenchmark(("hash_" + std::to_string(size) + "/hash/" + std::to_string(lanes)).c_str(),
                                   hash_in_lanes, size, lanes);
    }
  }
}

/// Writes the bodies to files, so that other programs can measure with the same bytes.
int write_bodies(const std::filesystem::path& folder) {
  for (const message_kind& each : kinds) {
    const bytes body = each.make().body;
    std::ofstream file{folder / (std::string{each.name} + ".body"), std::ios::binary};
    file.write(reinterpret_cast<const char*>(body.data()), static_cast<std::streamsize>(body.size()));
    if (!file.flush()) {
      std::fprintf(stderr, "cannot write to %s\n", folder.c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view{argv[1]} == "--write-bodies") return write_bodies(argv[2]);
  register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

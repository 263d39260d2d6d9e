// Allocations of decoding: few, and none for a declared length.
#include <cstddef>
#include <type_traits>

#include <doctest/doctest.h>
#include <support/heap_watch.hpp>

#include <pappus/wire/frame_assembler.hpp>
#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace allocations_test {

using support::heap::alive;
using support::heap::allocations;
using support::heap::largest;

namespace {

// The number of allocations of `work`. Not called inside a CHECK, which allocates.
template <class Work>
std::size_t made_by(Work work) {
  const std::size_t before = allocations;
  work();
  return allocations - before;
}

}  // namespace

using namespace samples;

TEST_CASE("a transaction has three allocations, however many parts it has") {
  for (const auto& parts : {some_draft(1, 1, 1), some_draft(1, 7, 10)}) {
    const bytes body = written(parts, 1000);
    const std::size_t before = alive;
    const auto read = decode<messages::transaction>(body, speaking(1000));
    const std::size_t held = alive - before;
    REQUIRE(read.has_value());
    CHECK(held == 3);
  }
}

TEST_CASE("no allocation is larger than the bytes received") {
  const auto largest_for = []<class Message>(std::type_identity<Message>, const bytes& body, std::uint32_t version) {
    largest = 0;
    const bool read = decode<Message>(body, speaking(version)).has_value();
    REQUIRE(read);
    return largest;
  };
  draft lists = some_draft(1, 50, 4);
  numbers random{2};
  while (lists.kernels.size() < 20) lists.kernels.push_back(some_kernel(random));
  writer batch{latest_version};
  batch.u16(512);
  for (std::uint64_t i = 0; i < 512; ++i) batch.raw(written(some_header(i)));
  const bytes headers = *std::move(batch).finish();
  for (const std::uint32_t version : versions) {
    const bytes tx = written(lists, version);
    const bytes block = written(some_header(), lists, version);
    CHECK(largest_for(std::type_identity<messages::transaction>{}, tx, version) <= tx.size());
    CHECK(largest_for(std::type_identity<messages::block>{}, block, version) <= block.size());
    CHECK(largest_for(std::type_identity<messages::headers>{}, headers, version) <= headers.size());
  }
}

TEST_CASE("reading a transaction's parts, and encoding it in the form it came in, allocates nothing") {
  const auto tx = decode<messages::transaction>(written(some_draft(), 1000), speaking(1000))->tx;
  std::uint64_t seen = 0;
  const std::size_t count = made_by([&] {
    for (const kernel& one : tx->kernels()) seen += one.fee.fee();
    for (const output& one : tx->outputs()) seen += one.proof.size();
    for (const input& one : tx->inputs()) seen += one.features ? 1 : 0;
    seen += tx->encode({3})->size();
  });
  CHECK(count == 0);
  CHECK(seen > 0);
}

TEST_CASE("a shared frame is one allocation") {
  const auto tx = decode<messages::transaction>(written(some_draft(), 1000), speaking(1000))->tx;
  shared_bytes kept;
  const std::size_t count = made_by([&] {
    kept = grin_messages::encode_shared(messages::transaction{tx}, chain_parameters_for(chain_type::usernet), {1000})
               .value();
  });
  CHECK(count == 1);
}

TEST_CASE("small messages are decoded, refused and dispatched without allocations") {
  const bytes ping =
      *grin_messages::encode(messages::ping{1, 2}, chain_parameters_for(chain_type::usernet), latest_version);
  frame_assembler assembler{grin_messages::rules(chain_type::usernet)};
  bool handed = false;
  bool read = true;
  const std::size_t count = made_by([&] {
    assembler.feed(ping);
    const auto got = assembler.next();
    handed = *grin_messages::dispatch(**got, speaking(1000), [](auto&&) { return true; });
    read = decode<messages::ping>(bytes_view{ping}.first(9), speaking(1000)).has_value();
    assembler.detach();
  });
  CHECK(count == 0);
  CHECK(handed);
  CHECK_FALSE(read);
}

TEST_CASE("a count without its elements allocates nothing") {
  const bytes addresses = from_hex("00000100");
  bytes kernels(56);
  kernels.back() = std::byte{75};
  bool read = false;
  const std::size_t count = made_by([&] {
    read = decode<messages::peer_addrs>(addresses, speaking(1000)).has_value() ||
           decode<messages::transaction>(kernels, speaking(1000)).has_value();
  });
  CHECK(count == 0);
  CHECK_FALSE(read);
}

}  // namespace allocations_test

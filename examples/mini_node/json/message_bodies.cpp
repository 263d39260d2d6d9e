// Bodies of messages, which the commands take in hexadecimal.
#include <algorithm>
#include <type_traits>

#include <pappus/wire/grin_messages.hpp>

#include "../message_kinds.hpp"
#include "declaration.hpp"

namespace mini_node::json {
namespace {

namespace wire = pappus::wire;

struct form {
  std::string_view name;
  std::string_view body;
};

constexpr std::string_view hash_of_block = "hash of the block";
constexpr std::string_view segment_request = "hash of the block; segment id";

constexpr form forms[] = {
    {"error", "number u32; string"},
    {"hand",
     "protocol version u32; capabilities u32; nonce u64; total difficulty u64; address of the sender; address of the "
     "receiver; user agent, a string; hash of the first block"},
    {"shake",
     "protocol version u32; capabilities u32; total difficulty u64; user agent, a string; hash of the first block"},
    {"ping", "total difficulty u64; height u64"},
    {"pong", "total difficulty u64; height u64"},
    {"get_peer_addrs", "capabilities u32, which the peers in the response have"},
    {"peer_addrs", "count u32; addresses"},
    {"get_headers", "count u8; hashes of blocks, the latest first"},
    {"header", "header"},
    {"headers", "count u16; headers, by height"},
    {"get_block", hash_of_block},
    {"block", "header; inputs, outputs and kernels"},
    {"get_compact_block", hash_of_block},
    {"compact_block",
     "header; nonce u64; counts u64 of outputs, of kernels and of short ids; coinbase outputs; coinbase kernels; short "
     "ids, of 6 bytes each"},
    {"stem_transaction", "kernel offset, 32 bytes; inputs, outputs and kernels"},
    {"transaction", "kernel offset, 32 bytes; inputs, outputs and kernels"},
    {"txhashset_request", "hash of the block; its height u64"},
    {"txhashset_archive", "hash of the block; its height u64; length of the archive u64"},
    {"ban_reason", "reason i32"},
    {"get_transaction", "hash of one of its kernels"},
    {"transaction_kernel", "hash of the first kernel"},
    {"get_output_bitmap_segment", segment_request},
    {"output_bitmap_segment", "hash of the block; bitmap segment; root of the output MMR"},
    {"get_output_segment", segment_request},
    {"output_segment",
     "hash of the block; segment, whose leaves are a u8 of features and a commitment; root of the bitmap MMR"},
    {"get_range_proof_segment", segment_request},
    {"range_proof_segment", "hash of the block; segment, whose leaves are range proofs"},
    {"get_kernel_segment", segment_request},
    {"kernel_segment", "hash of the block; segment, whose leaves are kernels"},
};

template <class Message>
message_body describe() {
  message_body made{Message::name, Message::code, {}, {"send"}};
  const auto* const found = std::ranges::find(forms, std::string_view{Message::name}, &form::name);
  if (found != std::end(forms)) made.form = found->body;
  if constexpr (requestable<Message>) made.commands.emplace_back("request");
  if constexpr (servable<Message>) made.commands.emplace_back("serve");
  if constexpr (chain_news<Message>) made.commands.emplace_back("broadcast");
  if constexpr (std::same_as<Message, wire::messages::transaction>)
    made.commands.insert(made.commands.end(), {"tx", "fluff"});
  return made;
}

template <wire::message... Messages>
std::vector<message_body> describe_all(std::type_identity<wire::protocol<Messages...>>) {
  return {describe<Messages>()...};
}

}  // namespace

std::vector<message_body> message_bodies() { return describe_all(std::type_identity<wire::grin_messages>{}); }

std::vector<body_part> body_parts() {
  return {
      {"hash", "32 bytes: of a block, of a kernel or of the root of an MMR"},
      {"string", "length u64; that many bytes of UTF-8"},
      {"address", "IPv4: 0 as u8; 4 bytes; port u16. IPv6: 1 as u8; 8 times u16; port u16"},
      {"header",
       "version u16; height u64; time i64, in seconds since 1970; hash of the header before; root of the headers "
       "before; roots of the outputs, the range proofs and the kernels; total kernel offset, 32 bytes; sizes of the "
       "output MMR and of the kernel MMR, each u64; total difficulty u64; secondary scaling u32; nonce u64; edge bits "
       "u8; nonces of the proof of work, each of so many bits, as one little-endian string of bits with zeros at its "
       "end"},
      {"inputs, outputs and kernels",
       "counts u64 of inputs, of outputs and of kernels; the inputs; the outputs; the kernels; each list in rising "
       "order of hashes"},
      {"input", "commitment; up to version 2 with the features u8 of the output before it"},
      {"output", "features u8: 0 plain, 1 coinbase; commitment; range proof"},
      {"commitment", "33 bytes"},
      {"range proof", "length u64, which is 675; that many bytes"},
      {"kernel",
       "features u8; from version 2 on with 0, plain: fee u64; with 1, coinbase: nothing; with 2, height locked: fee "
       "u64, height u64; with 3, no recent duplicate: fee u64, relative height u16; up to version 1 always fee u64 and "
       "8 bytes for the height; then excess, a commitment; signature, 64 bytes"},
      {"segment id", "height u8; index u64: the leaves from index * 2^height on, 2^height of them"},
      {"segment",
       "segment id; count u64; positions u64, from 1; hashes at these; count u64; positions u64, from 1; leaves at "
       "these; proof: count u64, hashes"},
      {"bitmap segment",
       "segment id; count u16 of blocks, each: number u8 of chunks of 1024 bits; mode u8; with 0: the chunks; with 1: "
       "count u16, positions u16 of the ones; with 2: of the zeros; then proof: count u64, hashes"},
  };
}

}  // namespace mini_node::json

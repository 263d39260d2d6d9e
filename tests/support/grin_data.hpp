// Messages that Grin wrote, from tests/data/grin.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/grin_messages.hpp>
#include <pappus/wire/hex.hpp>

namespace support {

namespace wire = pappus::wire;

/// Decodes a body in hexadecimal, for the user testing network.
template <wire::message Message>
[[nodiscard]] Message read_grin_file(const std::string& path, std::uint32_t version) {
  std::ifstream file{std::string{PAPPUS_TEST_DATA "/grin/"} + path};
  std::string text;
  std::getline(file, text);
  const auto raw = wire::bytes_from_hex(text);
  if (!raw || raw->empty()) throw std::runtime_error("no test data in " + path);
  const wire::codec_context spoken{{version}, wire::chain_parameters_for(wire::chain_type::usernet).limits};
  auto read = wire::decode<Message>(*raw, spoken);
  if (!read) throw std::runtime_error(to_string(read.error()));
  return *std::move(read);
}

/// One of the transactions, decoded at `version`.
[[nodiscard]] inline wire::transaction_ptr grin_transaction(const std::string& name, std::uint32_t version = 1000) {
  const std::string path = name + ".v" + std::to_string(version) + ".hex";
  return read_grin_file<wire::messages::transaction>(path, version).tx;
}

/// One of the other messages, at the latest version.
template <wire::message Message>
[[nodiscard]] Message grin_message(const std::string& shape) {
  const std::string start = std::string{"messages/usernet/"} + Message::name + '/' + shape;
  const bool alone = std::filesystem::exists(std::string{PAPPUS_TEST_DATA "/grin/"} + start + ".hex");
  return read_grin_file<Message>(start + (alone ? ".hex" : ".v1000.hex"), 1000);
}

}  // namespace support

// TxHashSetRequest and TxHashSetArchive, encoded and decoded.
#include <doctest/doctest.h>

#include <pappus/wire/messages/txhashset.hpp>

#include "wire/samples.hpp"

namespace messages_txhashset_test {

using namespace samples;

TEST_CASE("an archive is requested by block and height, and announced with its length") {
  const auto block = numbers{3}.opaque<hash>();
  check_message(messages::txhashset_request{block, 0x0102}, to_string(block) + "0000000000000102");
  check_message(messages::txhashset_archive{block, 0x0102, 0x0304},
                to_string(block) + "00000000000001020000000000000304");
}

}  // namespace messages_txhashset_test

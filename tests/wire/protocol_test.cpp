// Tables of messages: limits, names, dispatch and frames.
#include <algorithm>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include <pappus/wire/grin_messages.hpp>

#include "wire/samples.hpp"

namespace protocol_test {

using namespace samples;

namespace {

template <std::uint8_t Code>
struct note {
  static constexpr std::uint8_t code = Code;
  static constexpr const char* name = "note";
  static constexpr std::size_t cap(chain_limits) noexcept { return 10; }
  std::string text;
  static note read(reader& in) { return {std::string{in.text("text")}}; }
  void write(writer& out) const { out.text(text, "text"); }
  std::size_t size(protocol_version) const noexcept { return 8 + text.size(); }
};

// Returns the name of each message.
struct naming_handler {
  template <class Message>
  std::string operator()(Message&&) {
    return std::remove_cvref_t<Message>::name;
  }
};

frame framed(std::uint8_t code, bytes_view body) { return {{code, body.size()}, true, body}; }

}  // namespace

TEST_CASE("a protocol has the codes of its messages and no others") {
  for (int code = 0; code < 256; ++code) {
    const bool listed = code <= 28;
    CHECK(grin_messages::is_known(static_cast<std::uint8_t>(code)) == listed);
    CHECK((std::string_view{grin_messages::name_of(static_cast<std::uint8_t>(code))} != "unknown") == listed);
  }
  CHECK(std::string_view{grin_messages::name_of(15)} == "transaction");
}

TEST_CASE("limits are four times those of Grin, and that of a block for unknown types") {
  struct row {
    std::uint8_t code;
    std::uint32_t mainnet, usernet;
  };
  for (const row& want : {row{0, 0, 0},
                          row{1, 128, 128},
                          row{2, 88, 88},
                          row{3, 16, 16},
                          row{4, 16, 16},
                          row{5, 4, 4},
                          row{6, 4868, 4868},
                          row{7, 641, 641},
                          row{8, 365, 365},
                          row{9, 186'882, 186'882},
                          row{10, 32, 32},
                          row{11, 1'348'032, 7'788},
                          row{12, 32, 32},
                          row{13, 134'803, 778},
                          row{14, 1'348'032, 7'788},
                          row{15, 1'348'032, 7'788},
                          row{16, 40, 40},
                          row{17, 64, 64},
                          row{18, 64, 64},
                          row{19, 32, 32},
                          row{20, 32, 32},
                          row{21, 41, 41},
                          row{22, 2'696'064, 15'576},
                          row{23, 41, 41},
                          row{24, 2'696'064, 15'576},
                          row{25, 41, 41},
                          row{26, 2'696'064, 15'576},
                          row{27, 41, 41},
                          row{28, 2'696'064, 15'576},
                          row{29, 1'348'032, 7'788},
                          row{255, 1'348'032, 7'788}}) {
    CHECK(grin_messages::rules(chain_type::mainnet).max_length[want.code] == 4 * want.mainnet);
    CHECK(grin_messages::rules(chain_type::testnet).max_length[want.code] == 4 * want.mainnet);
    CHECK(grin_messages::rules(chain_type::usernet).max_length[want.code] == 4 * want.usernet);
    CHECK(grin_messages::rules(chain_type::automated_testing).max_length[want.code] == 4 * want.usernet);
  }
}

TEST_CASE("another magic has rules of its own") {
  chain_parameters mine = chain_parameters_for(chain_type::usernet);
  mine.magic = {std::byte{1}, std::byte{2}};
  mine.limits.block_weight = 21;
  const frame_rules rules = grin_messages::rules(mine);
  CHECK(rules.magic == mine.magic);
  CHECK(rules.max_length[15] == 4 * 708);
  CHECK(rules.known[15]);
}

TEST_CASE("a protocol of one's own may add and drop messages") {
  using mine = grin_messages::with<note<100>>::without<messages::ping>;
  CHECK(mine::is_known(100));
  CHECK_FALSE(mine::is_known(messages::ping::code));
  CHECK(mine::is_known(messages::pong::code));
  CHECK(mine::lists<note<100>>);
  CHECK_FALSE(mine::lists<messages::ping>);
  CHECK(mine::rules(chain_type::mainnet).max_length[100] == 40);
  CHECK(mine::rules(chain_type::mainnet).max_length[messages::ping::code] == 4 * 1'348'032);

  const bytes body = *encode(note<100>{"hello"}, latest_version);
  CHECK(*mine::dispatch(framed(100, body), speaking(1000), naming_handler{}) == "note");
  static_assert(std::is_same_v<grin_messages::with<note<107>>::without<note<107>>, grin_messages>);
}

TEST_CASE("two messages with the same code are rejected") {
  static_assert(codes_are_distinct<note<1>, note<2>, note<255>>());
  static_assert(!codes_are_distinct<note<1>, note<2>, note<1>>());
  static_assert(!codes_are_distinct<messages::ping, note<3>>());
}

TEST_CASE("a frame is dispatched to the handler of its type") {
  const bytes ping = *encode(messages::ping{5, 6}, latest_version);
  CHECK(*grin_messages::dispatch(framed(3, ping), speaking(1000), naming_handler{}) == "ping");
  CHECK(*grin_messages::dispatch(framed(4, ping), speaking(1000), naming_handler{}) == "pong");
  const bytes tx = written(some_draft(), 1000);
  CHECK(*grin_messages::dispatch(framed(14, tx), speaking(1000), naming_handler{}) == "stem_transaction");
  CHECK(*grin_messages::dispatch(framed(15, tx), speaking(1000), naming_handler{}) == "transaction");
}

TEST_CASE("a handler may return nothing, or a move-only result") {
  const bytes ping = *encode(messages::ping{5, 6}, latest_version);
  std::uint64_t height = 0;
  const auto nothing = grin_messages::dispatch(framed(3, ping), speaking(1000), [&height](auto&& message) {
    if constexpr (requires { message.height; }) height = message.height;
  });
  CHECK(nothing.has_value());
  CHECK(height == 6);
  auto owned =
      grin_messages::dispatch(framed(3, ping), speaking(1000), [](auto&&) { return std::make_unique<int>(7); });
  REQUIRE(owned.has_value());
  CHECK(**owned == 7);
}

TEST_CASE("a body that cannot be decoded does not reach the handler") {
  const bytes body(15);
  int calls = 0;
  const auto refused = grin_messages::dispatch(framed(3, body), speaking(1000), [&calls](auto&&) { ++calls; });
  REQUIRE_FALSE(refused.has_value());
  CHECK(to_string(refused.error()) == "ping.height at byte 8: unexpected end");
  CHECK(calls == 0);
}

TEST_CASE("an unknown type is an error with its code") {
  const auto refused = grin_messages::dispatch(framed(29, {}), speaking(1000), naming_handler{});
  REQUIRE_FALSE(refused.has_value());
  CHECK(to_string(refused.error()) == "frame.type at byte 2: unknown type");
}

TEST_CASE("a frame is encoded in one allocation of the right size") {
  const auto made =
      grin_messages::encode(messages::ping{1, 2}, chain_parameters_for(chain_type::testnet), latest_version);
  REQUIRE(made.has_value());
  CHECK(to_hex(*made) == "533b03000000000000001000000000000000010000000000000002");
  CHECK(made->capacity() == made->size());
}

TEST_CASE("a transaction's frame has the form of the version, in one allocation of the right size") {
  const draft parts = some_draft();
  const bytes body = written(parts, 2);
  const auto tx = decode<messages::transaction>(body, speaking(2))->tx;
  for (const std::uint32_t version : versions) {
    const auto made =
        grin_messages::encode(messages::stem_transaction{tx}, chain_parameters_for(chain_type::usernet), {version});
    REQUIRE(made.has_value());
    const bytes want = written(parts, version);
    CHECK(to_hex(*made) ==
          to_hex(write_frame_header(chain_parameters_for(chain_type::usernet).magic, {14, want.size()})) +
              to_hex(want));
    CHECK(made->capacity() == made->size());
    const auto shared = grin_messages::encode_shared(messages::stem_transaction{tx},
                                                     chain_parameters_for(chain_type::usernet), {version});
    CHECK(std::ranges::equal(shared.value().view(), *made));
  }
}

TEST_CASE("a message that cannot be encoded at a version, or that peers would refuse, is an error") {
  const bytes body = written(some_draft(), 3);
  const auto tx = decode<messages::transaction>(body, speaking(3))->tx;
  const auto old = grin_messages::encode(messages::transaction{tx}, chain_parameters_for(chain_type::usernet), {2});
  REQUIRE_FALSE(old.has_value());
  CHECK(old.error().code == encode_errc::inputs_lack_features);
  CHECK_FALSE(grin_messages::encode_shared(messages::transaction{tx}, chain_parameters_for(chain_type::usernet), {2})
                  .has_value());

  messages::shake long_winded;
  long_winded.user_agent = std::string(4 * 88 - 56, 'x');
  CHECK(grin_messages::encode(long_winded, chain_parameters_for(chain_type::usernet), latest_version).has_value());
  long_winded.user_agent += 'x';
  const auto refused = grin_messages::encode(long_winded, chain_parameters_for(chain_type::usernet), latest_version);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == encode_errc::over_limit);
  CHECK(std::string_view{refused.error().field} == "shake");
}

TEST_CASE("a message is found by its code and by its name") {
  for (std::uint8_t code = 0; code <= 28; ++code) CHECK(grin_messages::code_of(grin_messages::name_of(code)) == code);
  CHECK_FALSE(grin_messages::code_of("unknown").has_value());
  CHECK_FALSE(grin_messages::code_of("").has_value());
}

}  // namespace protocol_test

// Escaping of text for logs.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <pappus/printable.hpp>

namespace printable_test {

using pappus::printable;

TEST_CASE("harmless characters are unchanged") {
  for (const std::string_view text : {"", "MW/Grin 5.5.0", "a \\u202e \\ \"b\" ~", "Grün, 日本語, \xf0\x9f\x8c\xbc"}) {
    CHECK(printable(text) == text);
  }
}

TEST_CASE("characters that end a line, move the cursor, change the direction or are invisible are escaped") {
  CHECK(printable(std::string_view{"\0\t\r\n\x1b[31m\x7f", 10}) == "\\u0000\\u0009\\u000d\\u000a\\u001b[31m\\u007f");
  CHECK(printable("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0") == "\\u0080\\u009b\\u009f\xc2\xa0");  // a space is unchanged
  CHECK(printable("\xc2\xad\xd8\x9c\xe1\xa0\x8e") == "\\u00ad\\u061c\\u180e");
  CHECK(printable("\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\xa8\xe2\x80\xa9") == "\\u200e\\u200f\\u2028\\u2029");
  CHECK(printable("\xe2\x80\xaa\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9") == "\\u202a\\u202e\\u2066\\u2069");
  CHECK(printable("\xef\xbb\xbfx\xef\xbf\xb9\xf3\xa0\x81\x81") == "\\ufeffx\\ufff9\\U000e0041");
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
  CHECK(printable("a\xff\xfe"
                  "b\x80") == "a\\xff\\xfeb\\x80");
  CHECK(printable("\xc0\xaf\xe0\x80\xaf") == "\\xc0\\xaf\\xe0\\x80\\xaf");  // overlong
  CHECK(printable("\xed\xa0\x80\xf4\x90\x80\x80") ==
        "\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80");  // surrogates; beyond the range
  CHECK(printable("\xe2\x80") == "\\xe2\\x80");  // cut short
  CHECK(printable("\xe2\x41\x80\xc3\xa9") ==
        "\\xe2"
        "A\\x80\xc3\xa9");
}

TEST_CASE("every pair of bytes and every character is shown harmless, and unchanged when escaped again") {
  std::vector<std::string> texts;
  for (unsigned high = 0; high != 256; ++high) {
    for (unsigned low = 0; low != 256; ++low) texts.push_back({static_cast<char>(high), static_cast<char>(low)});
  }
  for (std::uint32_t code = 0x800; code != 0x10000; ++code) {
    texts.push_back({static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
                     static_cast<char>(0x80 | (code & 0x3f))});
  }
  std::size_t changed = 0;
  for (const std::string& text : texts) {
    const std::string shown = printable(text);
    REQUIRE(printable(shown) == shown);
    for (const char each : shown) REQUIRE((static_cast<unsigned char>(each) >= 0x20 && each != 0x7f));
    changed += shown != text;
  }
  CHECK(changed > 40'000);
}

}  // namespace printable_test

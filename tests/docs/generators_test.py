"""What the generators of docs/reference read of headers."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import configuration_page  # noqa: E402: after the lines that say where it is
import enumerators_page  # noqa: E402
import header  # noqa: E402


class Enumerators(unittest.TestCase):
    def test_words_of_comments_are_none(self):
        body = """
  // As the proxy reports it,
  // whoever it is.
  failed = 1,
  refused,  // by the host, which
            // is there

  timed_out = -3,  // by the clock
  last
"""
        self.assertEqual(header.enumerators(body), [
            ("As the proxy reports it, whoever it is.", [("failed", ""), ("refused", "by the host, which is there")]),
            ("", [("timed_out", "by the clock"), ("last", "")])])

    def test_those_without_a_comment_above_are_one_group(self):
        self.assertEqual(header.enumerators(" a = 1,  // first\n  b,\n\n  c,\n"),
                         [("", [("a", "first"), ("b", ""), ("c", "")])])

    def test_those_of_one_line_have_its_remark_at_the_last(self):
        self.assertEqual(header.enumerators(" tcp = 6, udp = 17 "), [("", [("tcp", ""), ("udp", "")])])


class Errors(unittest.TestCase):
    CODES = "namespace pappus::io {\nenum class proxy_errc {\n  one = 1,\n};\n" \
            "inline std::error_code make_error_code(proxy_errc code) noexcept {}\n}"
    WORDS = "namespace pappus::wire {\nenum class form_errc : std::uint8_t { one };\nenum class form { one };\n}"
    ROW = "\n| `io::proxy_errc` | `pappus.proxy` | proxies |"

    def test_each_has_a_section_and_each_category_a_row(self):
        found = enumerators_page.missing([self.CODES, self.WORDS], {"wire::form_errc"}, "")
        self.assertEqual(len(found), 2, found)
        self.assertTrue(all("io::proxy_errc" in each for each in found), found)
        self.assertEqual(enumerators_page.missing([self.CODES, self.WORDS], {"io::proxy_errc", "wire::form_errc"},
                                                  self.ROW), [])

    def test_one_without_a_category_needs_no_row(self):
        found = enumerators_page.missing([self.WORDS], set(), "")
        self.assertEqual((len(found), "wire::form_errc" in found[0]), (1, True))

    def test_how_one_is_printed_is_read_of_a_switch_and_of_a_choice(self):
        self.assertEqual(enumerators_page.texts("way", " direct, over_proxy ", 'case way::direct: return "straight";'),
                         {"direct": "straight"})
        self.assertEqual(enumerators_page.texts("way", " direct, over_proxy ",
                                                'return which == way::direct ? "straight" : "proxy";'),
                         {"direct": "straight", "over_proxy": "proxy"})


class Settings(unittest.TestCase):
    HEADERS = {
        "node_config.hpp": """namespace pappus {
/// Settings of a node.
struct node_config {
  /// Ways to peers.
  peer::transport_options transport;
  /// Where it listens.
  std::optional<io::endpoint> listen;

  void check() const;
};
}""",
        "peer/options.hpp": """namespace pappus::peer {
/// A name. It has
/// two lines.
struct host_name {
  std::string text{"none"};  // in ASCII | UTF-8
};
/// The ways.
struct transport_options {
  transport_options();

  /// Peers.
  std::vector<host_name> names{};
  /// Proxy.
  std::optional<io::proxy> proxy;
};
/// Not a setting.
struct statistics {
  int count = 0;  // of all
};
}""",
        "io/proxy.hpp": """namespace pappus::io {
/// Proxy.
struct proxy {
  /// Opens it.
  std::function<result<statistics>(int)> open;
};
struct statistics {
  int count = 0;  // of all
};
struct endpoint {
  int port = 0;  // of it
};
}"""}

    def test_each_struct_that_a_member_leads_to_is_there(self):
        found = configuration_page.settings(self.HEADERS)
        self.assertEqual([each.name for each in found],
                         ["node_config", "peer::transport_options", "peer::host_name", "io::proxy"])
        self.assertEqual([each.header for each in found][1:], ["peer/options.hpp", "peer/options.hpp", "io/proxy.hpp"])

    def test_a_row_has_type_default_and_meaning(self):
        ways, name = configuration_page.settings(self.HEADERS)[1:3]
        self.assertEqual(ways.table().splitlines()[2:],
                         ["| `names` | `std::vector<host_name>` |  | Peers. |",
                          "| `proxy` | `std::optional<io::proxy>` |  | Proxy. |"])
        self.assertEqual(name.purpose, "A name. It has two lines.")
        self.assertEqual(name.table().splitlines()[2], '| `text` | `std::string` | `{"none"}` | in ASCII \\| UTF-8 |')


if __name__ == "__main__":
    unittest.main()

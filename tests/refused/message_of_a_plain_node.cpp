// refused: a node has no messages of the application: use node_with<...>
#include <cstddef>
#include <cstdint>

#include <pappus/node_with.hpp>

struct hello {
  static constexpr std::uint8_t code = 200;
  static constexpr const char* name = "hello";
  static constexpr std::size_t cap(pappus::wire::chain_limits) noexcept { return 1; }
  [[nodiscard]] static hello read(pappus::wire::reader&) { return {}; }
  void write(pappus::wire::writer&) const {}
  [[nodiscard]] std::size_t size(pappus::wire::protocol_version) const noexcept { return 0; }
};

#ifdef MISUSE
using my_node = pappus::node;
#else
using my_node = pappus::node_with<hello>;
#endif

void greet(my_node& node) {
  node.handle<hello>([](const pappus::peer::peer_info&, hello) {});
}

// Private links of a run: some nodes are connected over TLS with one other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <pappus/io/endpoint.hpp>
#include <pappus/peer/transport/tls_options.hpp>
#include <pappus/sim/world.hpp>

namespace chaos {

/// Whether a run has private links: one in three has, as other faults show more without them.
[[nodiscard]] bool has_links(std::uint64_t seed) noexcept;
/// The node with which this one stays connected over TLS; nothing if it does not.
[[nodiscard]] std::optional<std::size_t> linked_to(std::size_t node) noexcept;
/// The settings of a node.
[[nodiscard]] pappus::peer::tls_options links_of(std::size_t node, pappus::sim::world& world);

/// Makes the keys and certificates, files in a temporary folder, unless there are some. What a process has made, it
/// deletes at its end: to be called before processes are forked that end otherwise. Two runs have the same keys, whose
/// signatures have one size, so that a run remains a function of its seed.
void make_link_keys();

}  // namespace chaos

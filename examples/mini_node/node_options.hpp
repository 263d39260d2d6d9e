// Options of the command line that a node has, whatever its chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pappus/node_config.hpp>
#include <pappus/result.hpp>

#include "../support/run_main.hpp"
#include "parameters.hpp"

namespace CLI {
class App;
}

namespace mini_node {

struct node_options {
  pappus::node_config node;
  bool json = false;
  bool trace = false;  // logs each message to standard error
};

using examples::early_exit;

/// The options of a node as text, before they are interpreted.
struct node_arguments {
  std::string network = "usernet";
  std::string protocol_version;
  std::string listen;
  std::string advertise;
  bool map_port = false;
  std::vector<std::string> peers;
  std::vector<std::string> seeds;
  std::string proxy;
  std::string onion_proxy;
  std::string listen_onion;
  bool onion_only = false;
  std::vector<std::string> tls_peers;
  std::string listen_tls;
  std::vector<std::string> tls_allow;
  std::string tls_certificate;
  std::string tls_key;
  std::string max_inbound;
  std::string max_outbound;
  std::string max_memory;
  std::string dandelion = "grin";
  std::string broadcast = "dandelion";
  std::string epoch;
  std::string stem_probability;
  std::string embargo;
  std::string aggregation;
  std::vector<std::string> deny;
  std::vector<std::string> allow;
  std::string log = "warning";
  bool no_rate_limit = false;
  bool limit_loopback = false;
  bool trust_clock = false;
  bool json = false;
  bool trace = false;
};

void declare(CLI::App& app, node_arguments& given);
[[nodiscard]] pappus::result<node_options, early_exit> understand(const node_arguments& given);

/// To be called when all options are declared. Nothing if the program is to run.
[[nodiscard]] std::optional<early_exit> parse(CLI::App& app, int argc, const char* const* argv);

/// Bad usage.
[[nodiscard]] pappus::failure<early_exit> refuse(const std::string& why);
[[nodiscard]] pappus::failure<early_exit> refuse(std::string_view option, const std::string& value,
                                                 const std::string& wanted);

/// The same of HOST:PORT: it names what is wrong with the name of an onion service.
[[nodiscard]] pappus::failure<early_exit> refuse_host(std::string_view option, const std::string& value,
                                                      const std::string& wanted);

/// The number of an option that may be absent.
[[nodiscard]] pappus::result<std::uint64_t, early_exit> number_or(std::uint64_t usual, std::string_view option,
                                                                  const std::string& given,
                                                                  const number_range& allowed);

/// Numbers of connections and the like.
inline constexpr number_range counts{0, 100'000};

/// Refuses settings that are out of their range.
[[nodiscard]] pappus::result<void, early_exit> check(const pappus::node_config& node);

}  // namespace mini_node

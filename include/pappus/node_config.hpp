// Settings of a node.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <pappus/integration/filter/filter_options.hpp>
#include <pappus/integration/sync/sync_options.hpp>
#include <pappus/io/backoff.hpp>
#include <pappus/io/endpoint.hpp>
#include <pappus/io/time.hpp>
#include <pappus/peer/access/peer_lists.hpp>
#include <pappus/peer/accounts/limits.hpp>
#include <pappus/peer/accounts/upload_quota.hpp>
#include <pappus/peer/connections/connection_limits.hpp>
#include <pappus/peer/dandelion/options.hpp>
#include <pappus/peer/discovery/seed.hpp>
#include <pappus/peer/limits.hpp>
#include <pappus/peer/log.hpp>
#include <pappus/peer/private_broadcast/options.hpp>
#include <pappus/peer/rate_limit.hpp>
#include <pappus/peer/store/durable_store.hpp>
#include <pappus/peer/store/store_errc.hpp>
#include <pappus/peer/transport/tls_options.hpp>
#include <pappus/peer/transport/transport_options.hpp>
#include <pappus/version.hpp>
#include <pappus/wire/capabilities.hpp>
#include <pappus/wire/chain_parameters.hpp>
#include <pappus/wire/protocol_version.hpp>

namespace pappus {

/// Settings of a node. The defaults are for a private usernet without seeds.
struct node_config {
  /// Chain that the node is on; peers on another are refused.
  wire::chain_parameters chain = wire::chain_parameters_for(wire::chain_type::usernet);
  /// Highest protocol version that the node speaks: from 1 to `wire::latest_version`, as the library does not know the
  /// forms of messages of later ones.
  wire::protocol_version protocol_version = wire::latest_version;
  /// Capabilities announced to peers; if absent, those that follow from the functions of the adapter.
  std::optional<wire::capabilities> capabilities;
  /// Name of the software, sent in Hand and Shake; at most `peer::limits::max_user_agent` bytes of
  /// UTF-8.
  std::string user_agent = "MW/pappus " + std::string{library_version};

  /// Endpoint to listen on; with port 0 the system chooses the port. If absent, all addresses, of IPv6 where the
  /// system has it and of IPv4, and the default port of the chain.
  std::optional<io::endpoint> listen;
  /// Endpoint to which Tor passes on the connections of an onion service, if there is one: HiddenServicePort in its
  /// settings. Nothing else should be able to connect to it. At most `connection_limits.inbound_onion` peers, which
  /// have the limits of one address together.
  std::optional<io::endpoint> onion_listen;
  /// Endpoint that peers which the node dials directly are told, of both families. If absent, they are told no address,
  /// as they see it, and the port of the gateway's mapping, else that on which the node listens.
  std::optional<io::endpoint> advertise;
  /// Peers to stay connected to, one session each. They are exempt from the rules for addresses, and preferred like
  /// those of `peer_lists.prefer`.
  std::vector<io::endpoint> preferred_peers;
  /// Peers to stay connected to, by host name. A name is looked up before each attempt; a failed look-up is retried.
  std::vector<peer::seed> preferred_hosts;
  /// Pauses between the end of a connection to a preferred peer and the next attempt. Both times must be positive.
  io::backoff_options reconnect;
  /// Seeds, used while no peers are known; if absent, the default seeds of the chain.
  std::optional<std::vector<peer::seed>> seeds;
  /// Which way outbound connections go: direct, through a SOCKS5 proxy, or to onion services alone. Unless `direct`,
  /// `listen` is 127.0.0.1 and the default port of the chain by default.
  peer::transport_options transport;
  /// Private links over TLS between this node and others of the same operator, who know each other by their keys. These
  /// peers are preferred, take no slots, and are known to no other node.
  peer::tls_options tls;
  /// Numbers of connections. Without outbound slots the node dials only endpoints that the application names. Reduced
  /// to the number of files that the process may open.
  peer::connection_limits connection_limits;
  /// Memory that peers can make the node hold, bytes. Above it no adapter call is made on behalf of a peer, so that
  /// neither its transactions and blocks nor its requests are taken, and sessions are disconnected, first those of the
  /// inbound netgroup that holds most.
  std::size_t max_memory = peer::limits::max_memory;
  /// Endpoints that are denied, allowed exclusively, or preferred.
  peer::peer_lists peer_lists;
  /// Whether the default gateway of this host is asked, by PCP or NAT-PMP, to map the port on which the node listens.
  /// The mapping is withdrawn at the end. Not with a rule of `transport` but `direct`, nor on a loopback address.
  bool map_port = false;
  /// Whether the limits of an address apply to 127.0.0.0/8, too, on a chain that is not on the Internet. If not, each
  /// session from there has limits of its own, so that processes on this computer do not share them.
  bool limit_loopback = false;
  /// Limits of the responses (chain data and transactions) to each address that dials the node, and to each endpoint
  /// that the node dials.
  peer::upload_limits upload_limits;
  /// Rate limit of the messages sent to each peer; at least 1 a second. Grin bans a peer that sends it more than the
  /// default.
  peer::rate_limit send_limit;
  /// Rate limit of the messages received from each peer; at least 1 a second. A peer that exceeds it is disconnected as
  /// `too_many_messages`. An address whose peers together exceed `connection_limits.inbound_per_address` times that is
  /// read less often.
  peer::rate_limit receive_limit{peer::limits::receive_rate, peer::limits::receive_burst};
  /// Size of the filters that remember what each peer has, so that it is not sent again. `per_second` is that of the
  /// filter of what the application has, too.
  integration::filter_options known_filter;
  /// Synchronization of the application's chain, if the adapter has the functions for it.
  integration::sync_options sync;
  /// Folder for archives of states while they are imported, of this node alone; created if it does not exist. There
  /// must be room for `sync.max_archive_bytes` on the disk. Empty: no archive is requested.
  std::string archive_folder;
  /// Dandelion: how the origin of a transaction is kept private.
  peer::dandelion_options dandelion;
  /// How the node's own transactions leave it. `private_broadcast` needs a proxy in `transport` that has no
  /// credentials, and another rule than `onion_only`, since peers of the address book have addresses. With the rule
  /// `direct` only these connections go through it.
  peer::own_broadcast own_transactions = peer::own_broadcast::dandelion;
  /// Private broadcast, if that is how they leave it.
  peer::private_broadcast_options private_broadcast;
  /// File of the store, created if it does not exist. It keeps addresses, bans and the node's own private transactions
  /// across runs. With `in_memory_store` nothing is kept. A name that is not that of a file is an
  /// error of `node::run`.
  std::string store_path = peer::in_memory_store;
  /// Store to use instead of the file `store_path`; none if its `open` is empty.
  peer::store_source custom_store;
  /// The operator vouches for the wall clock, however far it is from the last time in the store; bans and everything
  /// else that has expired by that clock is expired.
  bool trust_clock = false;
  /// Time for an orderly shutdown after a stop. Half of it, at most `limits::disconnect_timeout`, is for the last
  /// messages to peers, the rest for the store. With zero or less both are abandoned at once.
  io::duration shutdown_timeout = peer::limits::shutdown_timeout;
  /// Least severe level that is passed to the adapter's `log`.
  peer::log_level log_level = peer::log_level::info;

  /// Throws `std::invalid_argument`, whose text names the setting and what it must be, if a setting is out of its
  /// range.
  void check() const;
};

}  // namespace pappus

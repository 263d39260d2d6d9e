// Limits of the peer level on what remote peers can cost a node.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Time from the start of a handshake to its end. Absolute: bytes that arrive meanwhile do not extend it.
inline constexpr io::duration handshake = 10s;

/// Time to open a TCP connection.
inline constexpr io::duration connect = 10s;

/// Pause after a failed accept, for example for lack of descriptors, before the next attempt, duration.
inline constexpr io::duration accept_pause = 100ms;

// Costs in units of a turn's budget; the values are estimates.

/// Cost of moving what has arrived of a frame to `bytes` of new memory.
[[nodiscard]] constexpr std::size_t memory_cost(std::size_t bytes) noexcept { return bytes / 4096; }
/// Cost of hashing `bytes` of long lists while they arrive.
[[nodiscard]] constexpr std::size_t lists_cost(std::size_t bytes) noexcept { return bytes / 96; }
/// Cost of decoding a frame that has arrived completely and of which `hashed` bytes were hashed before.
[[nodiscard]] constexpr std::size_t frame_cost(std::size_t bytes, std::size_t hashed = 0) noexcept {
  return 1 + (bytes - hashed) / 256 + hashed / 400;
}
/// Cost of a handshake.
inline constexpr std::size_t handshake_cost = 100;

/// Bytes of a message after whose arrival its long lists are hashed further. One read takes at most twice as many.
inline constexpr std::size_t arriving_piece = 32 << 10;

/// Received bytes of a peer up to which there is little to decode. When its turn is over, such a peer goes before those
/// with more bytes to decode, which wait for each other.
inline constexpr std::size_t little_to_decode = 16 << 10;

/// Interval between two pings that the node sends.
inline constexpr io::duration ping_interval = 10s;

/// Time without a received byte until the session is disconnected.
inline constexpr io::duration silence = 30s;
/// Time from a ping without a pong until the session is disconnected.
inline constexpr io::duration unanswered_ping = 60s;

/// Time from the first byte of a frame to the end of its header.
inline constexpr io::duration frame_header = 60s;
/// Lowest rate at which a frame's body must arrive, bytes per second.
inline constexpr std::uint64_t body_bytes_per_second = 64 * 1024;

/// Time for a frame's body of that size to arrive.
[[nodiscard]] constexpr io::duration frame_body(std::uint64_t bytes) noexcept {
  return io::saturating_add(frame_header, std::chrono::duration<std::uint64_t>{bytes / body_bytes_per_second});
}

/// Frames sent to one peer, average per second. Grin bans a peer of which it counts more than 500 messages in a sliding
/// minute, and counts about 30 of its own idle time-outs among them.
inline constexpr double frames_per_second = 400.0 / 60;
/// Frames sent to one peer in one burst, count.
inline constexpr double frames_at_once = 60;

/// Bytes in a peer's send queue above which the node relays nothing to the peer and answers no more of its requests.
inline constexpr std::size_t outbox_full = 1 << 20;
/// Bytes in a peer's send queue above which the session is disconnected.
inline constexpr std::size_t outbox_overflow = 8 << 20;
/// Time without progress of a write to the peer until the session is disconnected.
inline constexpr io::duration outbox_stalled = 30s;

/// Frames in a peer's send queue, as the duration of sending them at the rate limit. With so many announcements nothing
/// more is relayed to the peer; with so many responses and control messages none of its requests is answered.
inline constexpr io::duration outbox_backlog = 30s;

/// Frames in one gathered write, count.
inline constexpr std::size_t gathered_frames = 64;

/// Time for writing what is still queued, the disconnect reason first, when the node disconnects a session.
inline constexpr io::duration farewell = 2s;

/// Time for an orderly shutdown of the node. What has not finished by then is abandoned, for example when a disk hangs.
inline constexpr io::duration stop = 5s;
static_assert(2 * farewell <= stop);

/// Time for a requested transaction to arrive before it is requested from other announcers. Grin sends requested
/// transactions 150 ms apart.
inline constexpr io::duration request = 3s;

/// Duration for which a request to an inbound peer holds back a request to an outbound peer that has announced the same
/// transaction.
inline constexpr io::duration max_preferred_delay = 1s;

/// Duration for which failed requests for a transaction are remembered after no announcer is left to be requested from.
inline constexpr io::duration failed_request_memory = 1min;

/// Requests of the node open to one peer, count, without those for transactions.
inline constexpr std::size_t questions = 64;
/// Time for a response to arrive completely.
inline constexpr io::duration answer = 30s;
/// Time for an archive to begin to arrive. The peer may have to pack it first, and sends nothing else meanwhile.
inline constexpr io::duration archive_answer = 10min;

/// Responses to one account (an address or a dialed endpoint) in each `answer_interval`, bytes: blocks, headers,
/// segments and transactions. Archives are not counted.
inline constexpr std::uint64_t answer_bytes = 64 << 20;
/// Duration in which `answer_bytes` are allowed.
inline constexpr io::duration answer_interval = 10min;
/// Interval between two archives sent to one account.
inline constexpr io::duration archive_interval = 2h;
/// Requests of one peer that wait until their response is allowed, count.
inline constexpr std::size_t postponed_questions = 16;

/// Headers handed on in one call, count.
inline constexpr std::size_t headers_batch = 32;
/// Piece of an archive that is read or written at once, bytes.
inline constexpr std::size_t archive_piece = 256 * 1024;

/// Transaction requests under way to one peer, count. As many as Grin answers within `request`, and so few that none of
/// them waits long for the send rate limit.
inline constexpr std::size_t requests_per_peer = 16;

/// Announcements remembered of one peer, count; more are ignored. As many as it may send in one burst, and some more.
/// (Bitcoin Core's MAX_PEER_TX_ANNOUNCEMENTS is 5000.)
inline constexpr std::size_t max_announcements_per_peer = 512;

/// Concurrent requests for one transaction, count. A power of two: their number doubles from one up to this.
inline constexpr std::size_t max_parallel_requests = 32;

/// Silence scores remembered, count of accounts.
inline constexpr std::size_t max_silence_scores = 4096;
/// Duration in which a silence score halves.
inline constexpr io::duration silence_half_life = 10min;
/// Highest silence score. It decays to nothing within seven half-lives.
inline constexpr double max_silence_score = 64;
/// Delay of an announcement behind those of other peers, duration for each level of the silence score (8 levels at
/// most).
inline constexpr io::duration silence_delay = 250ms;

// The node's requests alone never fill a send queue, and a ping behind all of them leaves the peer half of
// `unanswered_ping` for its pong.
static_assert(questions + requests_per_peer < frames_per_second * (outbox_backlog / 1s));
static_assert(2 * outbox_backlog <= unanswered_ping);

/// Descriptors that are not for connections, count: those of the store, the listener, the loop, archives, name look-ups
/// and the application.
inline constexpr std::size_t other_descriptors = 64;

/// All memory that peers make a node hold, bytes: arriving frames, send queues, the stempool, pending adapter calls.
inline constexpr std::size_t memory = 512 << 20;
/// Interval between two checks of the memory while the limit is exceeded.
inline constexpr io::duration memory_looked_at = 1s;

/// Transactions of other nodes in the stempool, count; the node's own have a limit of the same size.
inline constexpr std::size_t stempool = 100'000;
/// Transactions of other nodes in the stempool, bytes; the node's own have a limit of the same size.
inline constexpr std::size_t stempool_bytes = 128 << 20;
/// Transactions of one peer in the stempool, count; also those of one peer that wait for their route.
inline constexpr std::size_t stempool_by_peer = 2'000;
/// Peers remembered as senders of one stem transaction, count.
inline constexpr std::size_t stem_sources = 32;

/// Stem transactions that one address may send in an epoch, count: one per second on average.
inline constexpr std::size_t stems_by_address = 600;
/// Stem transactions that one address may send in an epoch, bytes.
inline constexpr std::size_t stem_bytes_by_address = 8 << 20;
/// Addresses whose stem transactions are counted, count. As many netgroups of further addresses are counted, too.
inline constexpr std::size_t stem_accounts = 4096;

/// Stem transactions of other nodes queued to one relay, count. More wait, so that a transaction of the node's own
/// never has more of them before it.
inline constexpr std::size_t stems_under_way = 4;
/// Interval between two checks whether waiting stem transactions can be sent.
inline constexpr io::duration stem_retry = 250ms;

/// Transactions of the stempool that are processed in one turn, count.
inline constexpr std::size_t stems_at_once = 64;

/// Maximum lag of a relay behind the node's own tip, blocks. Grin relays nothing while it is syncing.
inline constexpr std::uint64_t relay_behind = 10;

/// Time for the adapter to validate another node's transaction before it is fluffed.
inline constexpr io::duration verification = 10min;
/// Duration for which the adapter's result for a transaction of the node's own is accepted. The adapter is called again
/// after `validation_timeout`, or `asked_again` after it gave no result.
inline constexpr io::duration own_verdict = 1h;
/// Time until the adapter is called again about a transaction of the node's own for which it gave no result.
inline constexpr io::duration asked_again = 10s;

/// Time until the next attempt to fluff a transaction if there was no peer to send it to, or if most peers' send queues
/// had no room.
inline constexpr io::duration nobody_there = 10s;
/// Longest wait after the start of a transaction whose embargo expired while the node was down, duration.
inline constexpr io::duration stem_restart = 1min;
/// Remaining embargo that is accepted from the store, duration. The wall clock by which it is computed may have
/// stepped.
inline constexpr io::duration longest_embargo = 1h;

/// Longest value of a Dandelion option, duration. A longer one would mean "never": nothing would be fluffed.
inline constexpr io::duration longest_private = 24h * 365;

/// Buckets of the new table, count. Bitcoin Core ADDRMAN_NEW_BUCKET_COUNT.
inline constexpr std::size_t new_buckets = 1024;
/// Buckets of the tried table, count. Bitcoin Core ADDRMAN_TRIED_BUCKET_COUNT.
inline constexpr std::size_t tried_buckets = 256;
/// Buckets of the table of addresses that the node cannot dial, count.
inline constexpr std::size_t undialable_buckets = 64;
/// Entries in a bucket, count. Bitcoin Core ADDRMAN_BUCKET_SIZE.
inline constexpr std::size_t bucket_places = 64;
/// Buckets reached by all addresses from sources in one netgroup, count. Bitcoin Core
/// ADDRMAN_NEW_BUCKETS_PER_SOURCE_GROUP.
inline constexpr std::uint64_t new_buckets_per_source = 64;
/// Buckets reached by the tried addresses of one netgroup, count. Bitcoin Core ADDRMAN_TRIED_BUCKETS_PER_GROUP.
inline constexpr std::uint64_t tried_buckets_per_group = 8;

// When an address is stale, by the wall clock.

/// Time after which an address is stale if no peer has advertised it and it has not been reached. (Bitcoin Core
/// ADDRMAN_HORIZON is 30 days.)
inline constexpr std::chrono::hours address_life = 14 * 24h;
/// Failures after which an address that was never reached is stale, count. Bitcoin Core ADDRMAN_RETRIES.
inline constexpr std::uint32_t failures_of_unknown = 3;
/// Failures after which an address is stale that was last reached more than `address_forgiven` ago, count. Bitcoin Core
/// ADDRMAN_MAX_FAILURES.
inline constexpr std::uint32_t failures_of_known = 10;
/// Time since its last success after which `failures_of_known` failures make an address stale. Bitcoin Core
/// ADDRMAN_MIN_FAIL.
inline constexpr std::chrono::hours address_forgiven = 7 * 24h;
/// Time after a dial during which an address is not stale.
inline constexpr std::chrono::minutes address_rest = 1min;

/// Tried addresses from which on only one of `one_new_in` selected addresses is from the new table, count. The others
/// are left to feelers.
inline constexpr std::size_t tried_enough = 64;
/// Reciprocal share of new addresses among those selected when there are `tried_enough` tried ones.
inline constexpr std::uint64_t one_new_in = 16;

/// Time after a dial in which the address is unlikely to be selected again.
inline constexpr std::chrono::minutes address_pause = 10min;
/// Duration in which a repeated advertisement of an address is not recorded.
inline constexpr std::chrono::hours heard_again = 24h;

/// Pending tried-table collisions, count. Bitcoin Core ADDRMAN_SET_TRIED_COLLISION_SIZE.
inline constexpr std::size_t claims = 10;
/// Duration for which a pending collision waits for the test of the present entry. Bitcoin Core ADDRMAN_TEST_WINDOW.
inline constexpr std::chrono::minutes claim_waits = 40min;
/// Age of its last success up to which the present entry keeps its place without a test, duration. Bitcoin Core
/// ADDRMAN_REPLACEMENT.
inline constexpr std::chrono::hours claim_refused = 4h;

/// Address requests (GetPeerAddrs) of one peer, average per second.
inline constexpr double address_questions_per_second = 1.0 / 60;
/// Unrequested addresses accepted from one account, average per second. Bitcoin Core MAX_ADDR_RATE_PER_SECOND.
inline constexpr double addresses_per_second = 0.1;
/// Unrequested addresses accepted from one account in one burst, count.
inline constexpr double addresses_at_once = 10;

/// Share of the tried addresses that a response to an address request is taken from, percent. Bitcoin Core
/// MAX_PCT_ADDR_TO_SEND.
inline constexpr std::size_t sample_percent = 23;
/// Least size of that sample, count, where `sample_percent` gives less.
inline constexpr std::size_t sample_least = 8;
/// Duration for which the sample stays the same.
inline constexpr io::duration sample_life = 24h;
/// Duration for which a sample of fewer than `sample_least` stays the same.
inline constexpr io::duration small_sample_life = 1min;

/// Interval between two dials of one address.
inline constexpr std::chrono::seconds dial_again = 30s;
/// Dials, average per second.
inline constexpr double dials_per_second = 4;
/// Dials in one burst, count.
inline constexpr double dials_at_once = 16;
/// Addresses selected from the address book in one search before it pauses, count.
inline constexpr std::size_t picks = 100;
/// First pause of the search, duration. It grows with each further pause.
inline constexpr io::duration search_pause_first = 1s;
/// Longest pause of the search, duration.
inline constexpr io::duration search_pause_longest = 20s;

/// Consecutive dials without an answer, while no byte arrives from any peer either, after which the network is
/// considered down; count.
inline constexpr std::size_t unanswered_dials = 12;

/// Mean interval between two feelers. Bitcoin Core FEELER_INTERVAL.
inline constexpr io::duration feeler_interval = 2min;
/// Mean interval between two feelers while there are fewer than `tried_enough` tried addresses. So few of them make
/// each one important.
inline constexpr io::duration young_feeler_interval = 10s;

/// Reciprocal share of those searches without any other result that dial an endpoint claimed by an inbound peer.
inline constexpr std::uint64_t one_claimed_in = 16;

/// Mean interval between two replacements of an outbound peer. With all slots taken each peer stays for sixteen hours
/// on average.
inline constexpr io::duration rotation_interval = 2h;

/// Interval between two address requests to one account. Slightly longer than pappus peers require.
inline constexpr io::duration addresses_asked_again = 70s;

/// Addresses of one preferred host name that are dialed, one after the other; count.
inline constexpr std::size_t addresses_per_name = 8;

/// Time for a name look-up.
inline constexpr io::duration lookup = 20s;
/// Addresses accepted from one seed's answer, count.
inline constexpr std::size_t addresses_per_seed = 256;
/// Duration for which stored addresses are tried before seeds are queried.
inline constexpr io::duration seeds_wait = 30s;
/// Outbound peers below which seeds are queried, count.
inline constexpr std::size_t seeds_needed_below = 2;
/// First interval between two queries of the seeds, duration.
inline constexpr io::duration seeds_again_first = 1min;
/// Longest interval between two queries of the seeds, duration.
inline constexpr io::duration seeds_again_longest = 1h;

/// Interval between two passes of peer maintenance.
inline constexpr io::duration upkeep_interval = 30s;
/// Entries of the address book that are checked in one pass, count.
inline constexpr std::size_t places_looked_at = 1024;
/// Peers that are dialed first after a restart, count. Bitcoin Core MAX_BLOCK_RELAY_ONLY_ANCHORS.
inline constexpr std::size_t anchors = 2;
/// Duration for which a peer's chain may make no progress while other peers' chains do.
inline constexpr io::duration stuck = 2h;

/// Length of a session with a preferred peer after which the backoff between attempts is reset, duration.
inline constexpr io::duration stable_session = 30s;
/// Interval between two checks whether a preferred peer that has dialed the node is still connected.
inline constexpr io::duration preferred_looked_for = 10s;

/// Messages accepted from one peer, average per second. Grin allows 500 in a minute; more are misbehavior.
inline constexpr double messages_per_second = 500.0 / 60;
/// Messages accepted from one peer in one burst, count.
inline constexpr double messages_at_once = 500;
static_assert(max_announcements_per_peer >= messages_at_once);

/// Duration in which misbehavior points halve.
inline constexpr io::duration score_half_life = 10min;
/// Misbehavior points at which an account is discouraged, or a session with so many of its own is disconnected.
inline constexpr double discouraging_score = 100;
/// Misbehavior points for a frame that did not arrive in time.
inline constexpr double slow_frame_score = 40;
/// Misbehavior points for data that the adapter rejects.
inline constexpr double rejected_score = 20;

/// Refusal of an address after it was discouraged for the first time, duration. An address that reconnects at once and
/// misbehaves at once is accepted 9 times in the first 8 and a half minutes, and then 12 times an hour.
inline constexpr io::duration refusal_first = 1s;
/// Longest refusal of a discouraged address, duration.
inline constexpr io::duration refusal_longest = 300s;
/// Duration in which the length that the next refusal is computed from halves.
inline constexpr io::duration refusal_half_life = 1h;

/// Accounts of addresses without a session that have something to remember, count. With more of them the accounts of a
/// netgroup are merged.
inline constexpr std::size_t accounts = 4096;
/// Accounts of dialed endpoints without a session that have something to remember, count. With more of them some are
/// forgotten.
inline constexpr std::size_t dialled_accounts = 1024;
/// Accounts checked each time that another one is opened, to close those with nothing left to remember; count.
inline constexpr std::size_t accounts_looked_at = 4;

/// Bans in force, count.
inline constexpr std::size_t bans = 1 << 20;
/// Expired bans that are removed each time that another one is added, count.
inline constexpr std::size_t bans_cleared = 16;

/// Length of a ban by default, duration. Grin BAN_WINDOW.
inline constexpr std::chrono::hours usual_ban = 3h;
/// Longest ban, duration. A longer one makes no difference, and no time overflows.
inline constexpr std::chrono::hours longest_ban = 24h * 365 * 100;

/// Announced headers whose median estimates the time of day, count.
inline constexpr std::size_t clock_headers = 11;
/// Difference between the wall clock and the headers without a warning, and step of the wall clock without doubt;
/// duration.
inline constexpr std::chrono::minutes clock_tolerance = 2min;
/// Difference between the wall clock and the headers at which the clock is trusted again, duration.
inline constexpr std::chrono::hours clock_agreement = 2h;
/// How far the wall clock may be behind the end of the last run at the start, duration.
inline constexpr std::chrono::hours clock_gap = 24h;
/// How far the wall clock may be ahead of the end of the last run at the start, duration. A node may be down over a
/// weekend.
inline constexpr std::chrono::hours clock_rest = 72h;
/// Interval between two warnings about the clock.
inline constexpr io::duration clock_warning = 1h;
/// Interval between two times at which the node's time is stored.
inline constexpr io::duration clock_stored = 10min;

/// Time from a change of the address book until it is stored. Bans and stem transactions are stored at once.
inline constexpr io::duration store_delay = 1s;
/// Interval between two checks whether a store without writes still exists.
inline constexpr io::duration store_look = 30s;
/// First pause after a failed write to the store, duration.
inline constexpr io::duration store_retry_first = 1s;
/// Longest pause after a failed write to the store, duration.
inline constexpr io::duration store_retry_longest = 1min;

/// Time until a task of the node that has ended by an exception is restarted.
inline constexpr io::duration service_pause = 1s;

/// Log lines of one category, average per second: one in ten seconds.
inline constexpr double log_lines_per_second = 0.1;
/// Log lines of one category in one burst, count: room for several when something begins.
inline constexpr double log_lines_at_once = 20;

/// Interval between two checks whether a limit has been reached.
inline constexpr io::duration limits_looked_at = 5s;
/// Interval between two warnings about the same limit.
inline constexpr io::duration limit_said_again = 10min;

// Two sessions that may be with one peer.

/// Duration for which the node observes over which of the two sessions the peer pings.
inline constexpr io::duration duplicate_settled = 20s;
/// Start of that period in which pings do not count, duration: the peer sent them before it had both sessions.
inline constexpr io::duration duplicate_grace = 3s;
/// Additional wait of one of two nodes that want to keep different sessions, duration.
inline constexpr io::duration duplicate_yield = 8s;
/// Duration for which pings over one of the two sessions are suppressed at most.
inline constexpr io::duration longest_hush = 45s;
static_assert(duplicate_grace + 3 * ping_interval / 2 < duplicate_settled);
static_assert(ping_interval + duplicate_settled + duplicate_yield < longest_hush);

/// Inbound connections whose handshake is under way, count.
inline constexpr std::size_t pending_handshakes = 256;

/// Inbound peers, count. Grin PEER_MAX_INBOUND_COUNT.
inline constexpr std::size_t inbound = 128;
/// Inbound peers above `inbound` that stay for `guest_stays`, count. Grin PEER_LISTENER_BUFFER_COUNT.
inline constexpr std::size_t guests = 8;
/// Outbound peers, count. Grin PEER_MAX_OUTBOUND_COUNT.
inline constexpr std::size_t outbound = 8;
/// Inbound peers from one IP address, count.
inline constexpr std::size_t inbound_per_address = 4;
/// Outbound peers in one netgroup, count.
inline constexpr std::size_t outbound_per_netgroup = 1;
/// Duration for which a listener-buffer connection stays before the inbound peers are cut down to their slots.
inline constexpr io::duration guest_stays = 30s;

// Inbound peers that are protected from eviction when the inbound slots are full. Half of the others are protected for
// the length of their sessions.

/// Protected by keyed netgroup, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_netgroup = 4;
/// Protected for the shortest ping, count. Bitcoin Core: 8.
inline constexpr std::size_t protected_by_ping = 8;
/// Protected for the latest new and valid transaction, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_transactions = 4;
/// Protected for the latest new and valid block, count. Bitcoin Core: 4.
inline constexpr std::size_t protected_by_blocks = 4;

}  // namespace pappus::peer::limits

// Every number that bounds what a stranger may cost the peer level.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// From the connection to the end of the handshake, whatever dribbles in meanwhile.
inline constexpr io::duration handshake = 10s;

/// To open a TCP connection.
inline constexpr io::duration connect = 10s;

/// After accepting has failed, for example for want of descriptors, before it is tried again.
inline constexpr io::duration accept_pause = 100ms;

/// Costs in the units of a turn's budget, estimates: to move what has come of a frame to so many bytes of new memory;
/// to hash so many of long lists while they arrive; to decode a frame that has arrived whole, of which a part was
/// hashed before; of a handshake.
[[nodiscard]] constexpr std::size_t memory_cost(std::size_t bytes) noexcept { return bytes / 4096; }
[[nodiscard]] constexpr std::size_t lists_cost(std::size_t bytes) noexcept { return bytes / 96; }
[[nodiscard]] constexpr std::size_t frame_cost(std::size_t bytes, std::size_t hashed = 0) noexcept {
  return 1 + (bytes - hashed) / 256 + hashed / 400;
}
inline constexpr std::size_t handshake_cost = 100;

/// Long lists are hashed when so much more of their message has come, and no more than twice that is read at once.
inline constexpr std::size_t arriving_piece = 32 << 10;

/// Bytes that have come from a peer and are little to decode: when the turn is over they go before those of peers that
/// have brought more, which wait for each other.
inline constexpr std::size_t little_to_decode = 16 << 10;

/// Between two pings of ours.
inline constexpr io::duration ping_interval = 10s;

/// Without a single byte, or with a ping unanswered, a session ends.
inline constexpr io::duration silence = 30s;
inline constexpr io::duration unanswered_ping = 60s;

/// From a frame's first byte to the end of its header, and the least speed at which its body must come.
inline constexpr io::duration frame_header = 60s;
inline constexpr std::uint64_t body_bytes_per_second = 64 * 1024;

[[nodiscard]] constexpr io::duration frame_body(std::uint64_t bytes) noexcept {
  return io::saturating_add(frame_header, std::chrono::duration<std::uint64_t>{bytes / body_bytes_per_second});
}

/// Frames sent to one peer, on average and at once. Grin bans whom it counts above 500 in a sliding minute, and counts
/// about 30 of its own idle time-outs.
inline constexpr double frames_per_second = 400.0 / 60;
inline constexpr double frames_at_once = 60;

/// Bytes waiting to be sent: above the first we relay nothing to the peer and answer no more questions of its; above
/// the second, or when the peer has taken nothing for so long, the session ends.
inline constexpr std::size_t outbox_full = 1 << 20;
inline constexpr std::size_t outbox_overflow = 8 << 20;
inline constexpr io::duration outbox_stalled = 30s;

/// Frames waiting to be sent, as the time it takes at their pace: with so many news we relay nothing more; with so many
/// answers, our own messages among them, we answer no more questions.
inline constexpr io::duration outbox_backlog = 30s;

/// What is written at once.
inline constexpr std::size_t gathered_frames = 64;

/// For the last words of a session that we end.
inline constexpr io::duration farewell = 2s;

/// For a node that is stopped to end in order: what has not ended by then, as when a disk hangs, is given up.
inline constexpr io::duration stop = 5s;
static_assert(2 * farewell <= stop);

/// For the answer to a request for a transaction, before others that have announced it are asked. Grin sends what it is
/// asked for 150 ms apart.
inline constexpr io::duration request = 3s;

/// How long a request to an inbound peer keeps an outbound one, which has announced the same, from being asked, too.
inline constexpr io::duration max_preferred_delay = 1s;

/// How long it is remembered whom a transaction was asked of in vain, after nobody is left to be asked.
inline constexpr io::duration failed_request_memory = 1min;

/// Questions about the chain open at once to one peer, and the time an answer has to come whole, or, for an archive, to
/// begin: its peer may have to pack it first, and says nothing else meanwhile.
inline constexpr std::size_t questions = 64;
inline constexpr io::duration answer = 30s;
inline constexpr io::duration archive_answer = 10min;

/// Answers about the chain and transactions that one address is given: bytes in each interval, archives apart. How many
/// questions of a peer wait until there may be more.
inline constexpr std::uint64_t answer_bytes = 64 << 20;
inline constexpr io::duration answer_interval = 10min;
inline constexpr io::duration archive_interval = 2h;
inline constexpr std::size_t postponed_questions = 16;

/// Headers handed on at once, and what is read or written at once of an archive, in bytes.
inline constexpr std::size_t headers_batch = 32;
inline constexpr std::size_t archive_piece = 256 * 1024;

/// Requests under way to one peer: as many as Grin answers within `request`, and few enough that none of them waits for
/// long until our pace lets it go.
inline constexpr std::size_t requests_per_peer = 16;

/// Announcements remembered of one peer, count; more are passed over. As many as it may send at once, and some more.
/// (Bitcoin Core's MAX_PEER_TX_ANNOUNCEMENTS is 5000.)
inline constexpr std::size_t max_announcements_per_peer = 512;

/// Peers asked for one transaction at the same time: a power of two, to which their number doubles from one on.
inline constexpr std::size_t max_parallel_requests = 32;

/// Scores of silence, by account: how many are remembered, how fast they fade, and the highest, which is forgiven
/// within seven half-lives. How long announcements wait for those of others, for each level of the score (8 at most).
inline constexpr std::size_t max_silence_scores = 4096;
inline constexpr io::duration silence_half_life = 10min;
inline constexpr double max_silence_score = 64;
inline constexpr io::duration silence_delay = 250ms;

// What we ask never makes an outbox full, and a ping behind all of it leaves the peer half the time for its pong.
static_assert(questions + requests_per_peer < frames_per_second * (outbox_backlog / 1s));
static_assert(2 * outbox_backlog <= unanswered_ping);

/// What is remembered of what a peer has, and of what the host has been told: the hashes of so long at so much traffic,
/// and how often another is taken for one of them. At most so many bytes for a peer.
inline constexpr double seen_per_second = 1;
inline constexpr io::duration seen_window = 20min;
inline constexpr double seen_error = 1e-4;
inline constexpr std::size_t seen_bytes = 64 << 20;

/// Descriptors that are not for connections: the store's, the listener's, the loop's, archives, look-ups, the
/// application's own.
inline constexpr std::size_t other_descriptors = 64;

/// All that strangers make a node hold, in bytes: frames that are arriving, outboxes, the stempool, what the host is
/// asked. And how often it is looked again while more is held.
inline constexpr std::size_t memory = 512 << 20;
inline constexpr io::duration memory_looked_at = 1s;

/// The stempool: transactions and their bytes, of others, and as many of our own; transactions by one peer, and those
/// of one peer that wait for their route; peers remembered for a transaction as having sent it.
inline constexpr std::size_t stempool = 100'000;
inline constexpr std::size_t stempool_bytes = 128 << 20;
inline constexpr std::size_t stempool_by_peer = 2'000;
inline constexpr std::size_t stem_sources = 32;

/// What one address may stem in an epoch: a transaction a second on average, and their bytes. And how many addresses
/// are counted, and as many netgroups of others.
inline constexpr std::size_t stems_by_address = 600;
inline constexpr std::size_t stem_bytes_by_address = 8 << 20;
inline constexpr std::size_t stem_accounts = 4096;

/// Stems that one relay is sent at once: those of others wait beyond this, so that one of our own never has more of
/// them before it. And how often it is looked whether those that wait can go.
inline constexpr std::size_t stems_under_way = 4;
inline constexpr io::duration stem_retry = 250ms;

/// Transactions of the stempool that are looked after in one turn.
inline constexpr std::size_t stems_at_once = 64;

/// How many blocks a relay may be behind our own tip: Grin passes nothing on while it is syncing.
inline constexpr std::uint64_t relay_behind = 10;

/// How long the host may take to verify one of others before it is fluffed; how long it is heard about one of our own,
/// which it is asked about again after `host_verdict`, or this long after it has not answered.
inline constexpr io::duration verification = 10min;
inline constexpr io::duration own_verdict = 1h;
inline constexpr io::duration asked_again = 10s;

/// When to look again if there was no peer to make one public, or most had been told too much. How long, at most, one
/// that should have been public while the node was down waits after the start, and the longest that is believed of what
/// a clock says is left of its time.
inline constexpr io::duration nobody_there = 10s;
inline constexpr io::duration stem_restart = 1min;
inline constexpr io::duration longest_embargo = 1h;

/// The longest that an option of Dandelion may be: what is longer means "never", and nothing would ever become public.
inline constexpr io::duration longest_private = 24h * 365;

/// Questions to the host that it has not answered yet, in all and by one account, and the bytes of what it was to
/// judge. One account holds at most this part of the room that is left. How long the host may take to find something,
/// and to judge or to pack something.
inline constexpr std::size_t inquiries = 4096;
inline constexpr std::size_t inquiries_by_peer = 64;
inline constexpr std::size_t inquiry_bytes = 128 << 20;
inline constexpr std::size_t inquiry_bytes_by_peer = 8 << 20;
inline constexpr std::size_t inquiry_share = 16;
inline constexpr io::duration adapter_result = 20s;
inline constexpr io::duration host_verdict = 10min;

/// While the host judges what a peer has brought: how many more copies of it that nobody has asked for, one by account,
/// are kept for the case that it rejects the first.
inline constexpr std::size_t copies_of_news = 2;

/// The host is not told again of what it has been told of within this time.
inline constexpr io::duration told_again = 20min;
inline constexpr double told_error = 1e-6;

/// Calls from other threads that may wait to be made on the loop, and answers of the host's that may be on their way
/// there.
inline constexpr std::size_t remote_calls = 4096;
inline constexpr std::size_t errands = 1 << 16;

/// The address book: buckets of the new and the tried table, and of that of addresses that we cannot dial; places in
/// each; buckets that one source's netgroup reaches with all it says, and that the tried addresses of one netgroup
/// reach.
inline constexpr std::size_t new_buckets = 1024;
inline constexpr std::size_t tried_buckets = 256;
inline constexpr std::size_t undialable_buckets = 64;
inline constexpr std::size_t bucket_places = 64;
inline constexpr std::uint64_t new_buckets_per_source = 64;
inline constexpr std::uint64_t tried_buckets_per_group = 8;

/// In days and hours of the wall clock: an address is not worth its place when nobody has spoken of it for its life,
/// when it has failed so often without ever having answered, or so often and not answered for so long; but not while it
/// has been dialled just now.
inline constexpr std::chrono::hours address_life = 14 * 24h;
inline constexpr std::uint32_t failures_of_unknown = 3;
inline constexpr std::uint32_t failures_of_known = 10;
inline constexpr std::chrono::hours address_forgiven = 7 * 24h;
inline constexpr std::chrono::minutes address_rest = 1min;

/// With so many tried addresses only one in so many that are picked is a new one; the others are left to feelers.
inline constexpr std::size_t tried_enough = 64;
inline constexpr std::uint64_t one_new_in = 16;

/// One that was dialled within this time is unlikely to be picked again; one that is named again within this is not
/// noted again.
inline constexpr std::chrono::minutes address_pause = 10min;
inline constexpr std::chrono::hours heard_again = 24h;

/// Addresses that wait for another's place, how long one waits for that one to be tested, and how fresh the other's
/// last success must be to be spared the test.
inline constexpr std::size_t claims = 10;
inline constexpr std::chrono::minutes claim_waits = 40min;
inline constexpr std::chrono::hours claim_refused = 4h;

/// What one peer may ask and say of addresses: a question a minute, and of addresses that nobody asked for one in ten
/// seconds, ten at once.
inline constexpr double address_questions_per_second = 1.0 / 60;
inline constexpr double addresses_per_second = 0.1;
inline constexpr double addresses_at_once = 10;

/// What others are told of the tried addresses: this part of them, or this many if that is more, the same for so long.
inline constexpr std::size_t sample_percent = 23;
inline constexpr std::size_t sample_least = 8;
inline constexpr io::duration sample_life = 24h;
inline constexpr io::duration small_sample_life = 1min;

/// Dialling: how long an address rests, how fast others follow, and how many of those drawn from the book are looked at
/// before the search pauses, for longer each time.
inline constexpr std::chrono::seconds dial_again = 30s;
inline constexpr double dials_per_second = 4;
inline constexpr double dials_at_once = 16;
inline constexpr std::size_t picks = 100;
inline constexpr io::duration search_pause_first = 1s;
inline constexpr io::duration search_pause_longest = 20s;

/// So many dialled in a row that do not answer, while nobody else says a word either, mean that the network is down.
inline constexpr std::size_t unanswered_dials = 12;

/// Between two feelers, on average; in a book with less than `tried_enough`, where so much depends on each.
inline constexpr io::duration feeler_interval = 2min;
inline constexpr io::duration young_feeler_interval = 10s;

/// Of the looks for somebody to dial that have found nobody else, one in so many dials an endpoint where an inbound
/// peer says that it is.
inline constexpr std::uint64_t one_claimed_in = 16;

/// Between two outbound peers that make room for others, on average: with all slots taken each lasts sixteen hours.
inline constexpr io::duration rotation_interval = 2h;

/// A peer is asked for addresses no more often; a bit longer than peers like ourselves want it.
inline constexpr io::duration addresses_asked_again = 70s;

/// Addresses of one preferred peer's name that are dialled, one after the other.
inline constexpr std::size_t addresses_per_name = 8;

/// To look up a name, and what is believed of a seed's answer. How long stored peers are tried before seeds are asked,
/// how few outbound peers make them be asked, and how often.
inline constexpr io::duration lookup = 20s;
inline constexpr std::size_t addresses_per_seed = 256;
inline constexpr io::duration seeds_wait = 30s;
inline constexpr std::size_t seeds_needed_below = 2;
inline constexpr io::duration seeds_again_first = 1min;
inline constexpr io::duration seeds_again_longest = 1h;

/// Between two looks at the peers and the book: places of the book that are looked at then, peers that are dialled
/// first after a restart, and how long a peer's chain may stand still while others go on.
inline constexpr io::duration upkeep_interval = 30s;
inline constexpr std::size_t places_looked_at = 1024;
inline constexpr std::size_t anchors = 2;
inline constexpr io::duration stuck = 2h;

/// A session with a preferred peer that has lasted this long starts the waits between attempts over. How often it is
/// looked whether one that has dialled us is still here.
inline constexpr io::duration stable_session = 30s;
inline constexpr io::duration preferred_looked_for = 10s;

/// Messages taken from one peer, as in Grin; who sends more is at fault.
inline constexpr double messages_per_second = 500.0 / 60;
inline constexpr double messages_at_once = 500;
static_assert(max_announcements_per_peer >= messages_at_once);

/// Points of misbehaviour: how fast they fade, and how many discourage. What a frame that did not arrive in time is
/// worth, and what the host rejects.
inline constexpr io::duration score_half_life = 10min;
inline constexpr double discouraging_score = 100;
inline constexpr double slow_frame_score = 40;
inline constexpr double rejected_score = 20;

/// How long an address is refused that has been discouraged for the first time, and at most, and how fast that is
/// forgotten. Who comes back at once, and misbehaves at once, is let in 9 times in the first 8 and a half minutes, and
/// 12 times an hour from then on.
inline constexpr io::duration refusal_first = 1s;
inline constexpr io::duration refusal_longest = 300s;
inline constexpr io::duration refusal_half_life = 1h;

/// Accounts that nobody uses and against which something is held: of addresses before those of a netgroup are merged,
/// and of endpoints that we have dialled before some are forgotten. How many are looked at each time another is opened,
/// to close those that have settled.
inline constexpr std::size_t accounts = 4096;
inline constexpr std::size_t dialled_accounts = 1024;
inline constexpr std::size_t accounts_looked_at = 4;

/// Bans in force; and of those that have run out, how many are cleared away each time another is added.
inline constexpr std::size_t bans = 1 << 20;
inline constexpr std::size_t bans_cleared = 16;

/// How long one lasts if nobody says otherwise, as in Grin; and the longest that makes a difference, so that no time
/// overflows.
inline constexpr std::chrono::hours usual_ban = 3h;
inline constexpr std::chrono::hours longest_ban = 24h * 365 * 100;

/// The clock. How many announced headers say what time it is; how far the wall clock may be from them without a
/// warning, and may step at once without being doubted; how far it may be from them and still be trusted again. How far
/// it may be behind the end of the last run at the start, and how far ahead, for a node may rest over a weekend.
/// Between two warnings. How often the store is told what time it is.
inline constexpr std::size_t clock_headers = 11;
inline constexpr std::chrono::minutes clock_tolerance = 2min;
inline constexpr std::chrono::hours clock_agreement = 2h;
inline constexpr std::chrono::hours clock_gap = 24h;
inline constexpr std::chrono::hours clock_rest = 72h;
inline constexpr io::duration clock_warning = 1h;
inline constexpr io::duration clock_stored = 10min;

/// Until the store hears of what was seen, bans aside; until it is tried again after a failure; and between two looks
/// at a store that nothing is written to, whether it is still there.
inline constexpr io::duration store_delay = 1s;
inline constexpr io::duration store_look = 30s;
inline constexpr io::duration store_retry_first = 1s;
inline constexpr io::duration store_retry_longest = 1min;

/// Until a task of the node's own begins again that has ended by an exception.
inline constexpr io::duration service_pause = 1s;

/// Lines of the log about one cause, on average and at once: a handful when something begins, then one in ten seconds.
inline constexpr double log_lines_per_second = 0.1;
inline constexpr double log_lines_at_once = 20;

/// How often it is looked whether limits have turned something away, and between two warnings of the same.
inline constexpr io::duration limits_looked_at = 5s;
inline constexpr io::duration limit_said_again = 10min;
/// When two sessions may be one peer's: for how long it is watched over which of them the peer pings, pings at first
/// not counted, which were sent before it had both; how much longer one of two nodes waits that want to keep different
/// ones; and the longest that we do not ping over one of them.
inline constexpr io::duration duplicate_settled = 20s;
inline constexpr io::duration duplicate_grace = 3s;
inline constexpr io::duration duplicate_yield = 8s;
inline constexpr io::duration longest_hush = 45s;
static_assert(duplicate_grace + 3 * ping_interval / 2 < duplicate_settled);
static_assert(ping_interval + duplicate_settled + duplicate_yield < longest_hush);

/// Inbound connections whose handshake is under way.
inline constexpr std::size_t pending_handshakes = 256;

/// Slots for peers, as in Grin: inbound, guests above that, outbound; inbound from one IP address, outbound to one
/// netgroup. A guest has this long before the inbound peers are cut down to their slots.
inline constexpr std::size_t inbound = 128;
inline constexpr std::size_t guests = 8;
inline constexpr std::size_t outbound = 8;
inline constexpr std::size_t inbound_per_address = 4;
inline constexpr std::size_t outbound_per_netgroup = 1;
inline constexpr io::duration guest_stays = 30s;

/// When the inbound slots are full, so many peers are safe for being the best at something; half of the others are for
/// having been here for longest.
inline constexpr std::size_t protected_by_netgroup = 4;
inline constexpr std::size_t protected_by_ping = 8;
inline constexpr std::size_t protected_by_transactions = 4;
inline constexpr std::size_t protected_by_blocks = 4;

}  // namespace pappus::peer::limits

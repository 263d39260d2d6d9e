// Limits of the address book, of the bans and of their store.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include <pappus/io/time.hpp>

namespace pappus::peer::limits {

using namespace std::chrono_literals;

/// Buckets of the new table, count. Bitcoin Core ADDRMAN_NEW_BUCKET_COUNT.
inline constexpr std::size_t new_bucket_count = 1024;
/// Buckets of the tried table, count. Bitcoin Core ADDRMAN_TRIED_BUCKET_COUNT.
inline constexpr std::size_t tried_bucket_count = 256;
/// The same of the tables of IPv6, count. Each family has its own: addresses of a family to which there is no route
/// here take no place that another one needs.
inline constexpr std::size_t new_bucket_count_v6 = 256;
inline constexpr std::size_t tried_bucket_count_v6 = 64;
/// The same of each table of the addresses that stand for names, count. Only those that were reached get there.
inline constexpr std::size_t named_bucket_count = 64;
/// Entries in a bucket, count. Bitcoin Core ADDRMAN_BUCKET_SIZE.
inline constexpr std::size_t bucket_size = 64;
/// Buckets reached by all addresses from sources in one netgroup, count. Bitcoin Core
/// ADDRMAN_NEW_BUCKETS_PER_SOURCE_GROUP.
inline constexpr std::uint64_t new_buckets_per_source_group = 64;
/// Buckets reached by the tried addresses of one netgroup, count. Bitcoin Core ADDRMAN_TRIED_BUCKETS_PER_GROUP.
inline constexpr std::uint64_t tried_buckets_per_group = 8;

// When an address is stale, by the wall clock.

/// Time after which an address is stale if no peer has advertised it and it has not been reached. (Bitcoin Core
/// ADDRMAN_HORIZON is 30 days.)
inline constexpr std::chrono::hours address_horizon = 14 * 24h;
/// Failures after which an address that was never reached is stale, count. Bitcoin Core ADDRMAN_RETRIES.
inline constexpr std::uint32_t max_retries = 3;
/// Failures after which an address is stale that was last reached more than `min_failure_age` ago, count. Bitcoin Core
/// ADDRMAN_MAX_FAILURES.
inline constexpr std::uint32_t max_failures = 10;
/// Time since its last success after which `max_failures` failures make an address stale. Bitcoin Core
/// ADDRMAN_MIN_FAIL.
inline constexpr std::chrono::hours min_failure_age = 7 * 24h;
/// Duration for which no address of a family is selected after there was no route to it, if another one has
/// addresses.
inline constexpr std::chrono::minutes no_route_pause = 10min;
/// Time after a dial during which an address is not stale.
inline constexpr std::chrono::minutes recent_dial_grace = 1min;

/// Tried addresses from which on only one of `new_address_divisor` selected addresses is from the new table, count. The
/// others are left to feelers.
inline constexpr std::size_t tried_target = 64;
/// Reciprocal share of new addresses among those selected when there are `tried_target` tried ones.
inline constexpr std::uint64_t new_address_divisor = 16;

/// Entries drawn for one selection among those that fit, from each table; count. Without a filter one of 45 is
/// selected.
inline constexpr std::size_t max_draws = 128;

/// Time after a dial in which the address is unlikely to be selected again.
inline constexpr std::chrono::minutes recent_dial_window = 10min;
/// Duration in which a repeated advertisement of an address is not recorded.
inline constexpr std::chrono::hours address_update_interval = 24h;

/// Pending tried-table collisions, count. Bitcoin Core ADDRMAN_SET_TRIED_COLLISION_SIZE.
inline constexpr std::size_t max_tried_collisions = 10;
/// Duration for which a pending collision waits for the test of the present entry. Bitcoin Core ADDRMAN_TEST_WINDOW.
inline constexpr std::chrono::minutes tried_collision_timeout = 40min;
/// Age of its last success up to which the present entry keeps its place without a test, duration. Bitcoin Core
/// ADDRMAN_REPLACEMENT.
inline constexpr std::chrono::hours tried_replacement_age = 4h;

/// Bans in force, count.
inline constexpr std::size_t max_bans = 1 << 20;
/// Expired bans that are removed each time that another one is added, count.
inline constexpr std::size_t max_bans_pruned = 16;
/// Interval between two times at which the node's time is stored.
inline constexpr io::duration clock_store_interval = 10min;

/// Time from a change of the address book until it is stored. Bans and stem transactions are stored at once.
inline constexpr io::duration store_write_delay = 1s;
/// Interval between two checks whether a store without writes still exists.
inline constexpr io::duration store_check_interval = 30s;
/// First pause after a failed write to the store, duration.
inline constexpr io::duration min_store_retry_delay = 1s;
/// Longest pause after a failed write to the store, duration.
inline constexpr io::duration max_store_retry_delay = 1min;

}  // namespace pappus::peer::limits

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <pappus/peer/accounts/accounts.hpp>
#include <pappus/peer/accounts/limits.hpp>

namespace pappus::peer {
namespace {

constexpr std::size_t block_sizes = 4;

/// Prefix length of the blocks whose accounts are merged, the narrowest first: what one customer of a provider has, a
/// netgroup, half its bits, all addresses of the family.
std::uint8_t block_prefix(const ip_address& of, std::size_t size) noexcept {
  if (size == 0) return of.customer_prefix();
  return size + 1 == block_sizes ? 0 : static_cast<std::uint8_t>(of.netgroup_prefix() >> (size - 1));
}

io::endpoint_range subnet_of(const ip_address& address) noexcept { return {address, address.subnet_prefix()}; }

}  // namespace

accounts::account_ref::account_ref(accounts& owner, const peer_info& peer) : owner_(owner) {
  auto* const found = owner.find_or_open(peer);
  if (found == nullptr) {
    entry_ = &own_.emplace(owner.options_.of_endpoint, owner.runtime_.now());
    return;
  }
  range_ = found->first;
  entry_ = &found->second;
  owner.take(*entry_, range_);
}

accounts::account_ref::~account_ref() {
  if (!own_) owner_.give_back(range_);
}

account* accounts::account_of(const peer_info& peer) {
  auto* const found = find_or_open(peer);
  return found == nullptr ? nullptr : &found->second.has;
}

/// Null if the peer's address is exempt.
accounts::table::value_type* accounts::find_or_open(const peer_info& peer) {
  if (peer.direction == direction::outbound) return &of_endpoint(peer.endpoint);
  return exempts(peer.endpoint.address) ? nullptr : &of_address(peer.endpoint.address);
}

/// The narrowest account that covers the address.
accounts::table::const_iterator accounts::covering(ip_address from) const {
  auto found = table_.find(subnet_of(from));
  for (std::size_t size = 0; size != block_sizes && found == table_.end(); ++size) {
    found = table_.find(io::endpoint_range{from, block_prefix(from, size)});
  }
  return found;
}

const account* accounts::find(ip_address from) const {
  const auto found = covering(from);
  return found == table_.end() ? nullptr : &found->second.has;
}

const account* accounts::find(io::endpoint dialed) const {
  const auto found = table_.find(dialed);
  return found == table_.end() ? nullptr : &found->second.has;
}

accounts::table::value_type& accounts::of_address(ip_address from) {
  auto found = covering(from);
  if (found == table_.end() && idle_ >= options_.max_accounts) {
    make_room();
    found = covering(from);
  }
  if (found == table_.end()) return opened(subnet_of(from), from.is_named() ? options_.of_name : options_.of_address);
  return *table_.find(found->first);
}

accounts::table::value_type& accounts::of_endpoint(io::endpoint dialed) {
  if (const auto found = table_.find(dialed); found != table_.end()) return *found;
  if (idle_dialed_ >= options_.max_dialed_accounts) forget_dialed();
  return opened(dialed, options_.of_endpoint);
}

/// Opens an account, which is idle until a session takes it.
accounts::table::value_type& accounts::opened(const io::endpoint_range& range, const account_limits& max) {
  look_at_some();
  ++idle_like(range);
  return *table_.try_emplace(range, max, runtime_.now()).first;
}

void accounts::take(entry& used, const io::endpoint_range& range) noexcept {
  if (used.uses++ == 0) --idle_like(range);
}

void accounts::give_back(const io::endpoint_range& range) noexcept {
  const auto found = table_.find(range);
  if (--found->second.uses != 0) return;
  ++idle_like(range);
  if (found->second.has.is_idle(runtime_.now())) erase(found);
}

accounts::table::iterator accounts::erase(table::iterator which) noexcept {
  --idle_like(which->first);
  return table_.erase(which);
}

std::size_t& accounts::idle_like(const io::endpoint_range& range) noexcept { return range.port ? idle_dialed_ : idle_; }

/// Closes idle accounts with nothing to remember, a few each time that another one is opened.
void accounts::look_at_some() {
  auto next = merge_cursor_ ? table_.upper_bound(*merge_cursor_) : table_.begin();
  merge_cursor_.reset();
  for (std::size_t i = 0; i != limits::max_accounts_checked && next != table_.end(); ++i) {
    merge_cursor_ = next->first;
    const bool is_forgettable = next->second.uses == 0 && next->second.has.is_idle(runtime_.now());
    next = is_forgettable ? erase(next) : std::next(next);
  }
}

/// Makes room for a quarter of the maximum, so that the next account does not require it again.
void accounts::make_room() {
  const std::size_t max = options_.max_accounts - options_.max_accounts / 4;
  for (auto each = table_.begin(); each != table_.end();) {
    const bool is_forgettable = each->second.uses == 0 && each->second.has.is_idle(runtime_.now());
    each = is_forgettable ? erase(each) : std::next(each);
  }
  for (std::size_t size = 0; size != block_sizes; ++size) merge_into_blocks(size, max);
}

/// Merges until `max` idle accounts are left, the blocks with the most accounts first.
void accounts::merge_into_blocks(std::size_t block_size, std::size_t max) {
  if (idle_ <= max) return;
  std::map<io::endpoint_range, std::size_t> sizes;
  for (const auto& [whose, each] : table_) {
    const std::uint8_t bits = block_prefix(whose.network, block_size);
    if (each.uses == 0 && !whose.port && whose.prefix_length >= bits) ++sizes[io::endpoint_range{whose.network, bits}];
  }
  std::vector<std::pair<io::endpoint_range, std::size_t>> largest{sizes.begin(), sizes.end()};
  std::ranges::stable_sort(largest, std::greater{}, &std::pair<io::endpoint_range, std::size_t>::second);
  for (const auto& [block, size] : largest) {
    if (idle_ <= max || size < 2) return;
    merge(block);
  }
}

void accounts::merge(const io::endpoint_range& block) {
  const auto found = table_.find(block);
  account& into = (found != table_.end() ? *found : opened(block, options_.of_address)).second.has;
  auto each = table_.lower_bound(io::endpoint_range{block.network, block.prefix_length});
  while (each != table_.end() && block.contains(each->first.network)) {
    const bool belongs = block.contains(each->first) && each->first != block && !each->first.port;
    if (!belongs || each->second.uses != 0) {
      ++each;
      continue;
    }
    into.merge(each->second.has, runtime_.now());
    ++merged_;
    each = erase(each);
  }
}

/// Forgets the idle endpoint that is not discouraged and has the lowest score; a discouraged one only if there is no
/// other. A ban is not kept here.
void accounts::forget_dialed() {
  const auto keep_rank = [now = runtime_.now()](const auto& each) {
    const misbehavior_scores& misbehavior = each->second.has.misbehavior;
    return std::pair{misbehavior.discourages(now), misbehavior.score(now)};
  };
  auto least = table_.end();
  for (auto each = table_.begin(); each != table_.end(); ++each) {
    if (!each->first.port || each->second.uses != 0) continue;
    if (least == table_.end() || keep_rank(each) < keep_rank(least)) least = each;
  }
  if (least == table_.end()) return;
  erase(least);
  ++forgotten_;
}

account_statistics accounts::statistics() const noexcept {
  account_statistics now;
  now.open = table_.size();
  const auto is_prefix = [](const auto& each) { return each.first.prefix_length < each.first.network.subnet_prefix(); };
  now.prefixes = static_cast<std::size_t>(std::ranges::count_if(table_, is_prefix));
  now.merged = merged_;
  now.forgotten = forgotten_;
  return now;
}

}  // namespace pappus::peer

// Events and replies, in the order of the help, and the types and objects in them.
#include "full_node/json/declaration.hpp"

#include <algorithm>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pappus/integration/bridge/sync_status.hpp>

namespace full_node::json {

using mini_node::json::declaration;
using mini_node::json::field;
using mini_node::json::object;
using mini_node::json::value_type;

namespace {

template <class Entry>
Entry& find(std::vector<Entry>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &Entry::name);
  if (found == all.end()) throw std::logic_error{"pappus-node does not declare " + std::string{name}};
  return *found;
}

/// The objects of these names.
std::vector<object> chosen(std::vector<object>& all, std::initializer_list<std::string_view> names) {
  std::vector<object> found;
  for (const std::string_view name : names) found.push_back(find(all, name));
  return found;
}

void append(std::vector<object>& to, const std::vector<object>& more) { to.insert(to.end(), more.begin(), more.end()); }

std::vector<object> events(std::vector<object>& of_any_node) {
  std::vector<object> all = chosen(of_any_node, {"listening", "peer_connected", "peer_disconnected"});
  object transaction = find(of_any_node, "transaction");
  transaction.meaning = "The pool has accepted a transaction that a peer has sent, or it may go on along the stem.";
  all.push_back(std::move(transaction));
  append(all, chosen(of_any_node, {"stemmed", "fluffed", "stem_result"}));
  append(all,
         {{"header", "The chain has accepted a header that a peer has announced.", {}, {"news"}},
          {"compact_block", "The chain has accepted a compact block that a peer has announced.", {}, {"news"}},
          {"block", "The chain has accepted a block that a peer has announced.", {}, {"news"}},
          {"head",
           "Another block is the last of the chain. On a terminal it is not written while there is a progress bar.",
           {{"disconnected", "count", "blocks that are no longer on the chain, since it was reorganized"}},
           {"chain_block"}},
          {"sync", find(of_any_node, "sync").meaning, {}, {"full_sync_status"}}});
  append(all, chosen(of_any_node, {"banned", "unbanned"}));
  return all;
}

std::vector<object> replies(std::vector<object>& of_any_node) {
  std::vector<object> all = chosen(of_any_node, {"help"});
  append(all, {{"status",
                "The ends of the chain, and how far the synchronization is.",
                {{"body", "chain_block", "last block of the chain with the most work whose blocks are all here"},
                 {"header", "chain_block", "last of the headers with the most work"},
                 {"tail", "chain_block", "first block of the chain that is here"},
                 {"fork_point", "chain_block", "last block that the chains of blocks and of headers have in common"},
                 {"archive", "chain_block", "block of the headers whose state peers serve"},
                 {"state_is_needed", "boolean", "whether the blocks after `fork_point` are beyond the horizon"},
                 {"sync", "full_sync_status", "how far the synchronization is"}}},
               {"mine", "All blocks have been mined, and sent to the peers. The last of them:", {}, {"block_identity"}},
               {"mine_history", "As `mine`. The last block:", {}, {"block_identity"}},
               {"compact",
                "Blocks beyond the horizon have been dropped.",
                {{"tail", "chain_block", "first block of the chain that is here now"}}},
               {"spend",
                "A transaction has been made, and is nowhere yet.",
                {{"kernel", "hash", "hash of its kernel"}, {"hex", "hex", "the transaction, for `tx` and `fluff`"}}}});
  append(all, chosen(of_any_node, {"tx"}));
  object fluff = find(of_any_node, "fluff");
  fluff.meaning = "The transaction is in the pool, and waits to be sent to each peer.";
  all.push_back(std::move(fluff));
  append(all, {{"pool",
                "The transactions that wait to be mined.",
                {{"kernels", "list of hash", "hashes of all their kernels"}}},
               {"validate", "The state of the chain is valid. Its last block:", {}, {"chain_block"}}});
  append(all, chosen(of_any_node, {"peers", "connect", "disconnect", "addresses", "bans", "ban", "unban", "trust_clock",
                                   "dandelion", "stats", "metrics", "quit"}));
  for (object& each : all) each.former_name = {};  // those are taken by pappus-node only
  return all;
}

std::vector<object> parts(std::vector<object> all) {
  for (const std::string_view name : {"pool", "cache", "kept", "output", "coroutine_frames"}) {  // of pappus-node alone
    std::erase_if(find(all, "statistics").fields, [name](const field& each) { return each.name == name; });
  }
  append(
      all,
      {{"chain_block", "", {{"total_difficulty", "count", "up to it"}}, {"block_identity"}},
       {"full_sync_status", "", {{"state", "state_status", "the state that is imported", "one is"}}, {"sync_status"}},
       {"state_status",
        "",
        {{"height", "count", "of the block whose state it is"},
         {"leaves", "count", "of its MMRs that have been imported by segments"},
         {"total_leaves", "count", "as many as there will be; 0 while that is not known"},
         {"archive_bytes", "bytes", "of its archive that have come"}}}});
  return all;
}

std::vector<value_type> types(std::vector<value_type> all) {
  value_type& stage = find(all, "sync_stage");
  stage.meaning =
      "`waiting`: for peers; `headers`: a peer has more work than the headers here; `segments`, `archive`: a state is "
      "imported by segments or downloaded as an archive; `validation`: a state is validated; `blocks`: blocks of the "
      "headers are missing; `following`: nothing is missing";
  stage.values.clear();
  for (const auto each : pappus::integration::sync_stages) stage.values.push_back(to_string(each));
  all.push_back({"hex", "string", "bytes, two hexadecimal digits each", {}, "([0-9a-f]{2})+"});
  return all;
}

}  // namespace

declaration node_declaration() {
  declaration all = mini_node::json::node_declaration();
  all.types = types(std::move(all.types));
  all.events = events(all.events);
  all.replies = replies(all.replies);
  all.parts = parts(std::move(all.parts));
  all.messages.clear();  // commands take transactions alone
  all.body_parts.clear();
  return all;
}

}  // namespace full_node::json

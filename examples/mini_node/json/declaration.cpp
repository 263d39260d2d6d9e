// The declaration as JSON, for the tests and for docs/reference/json.md.
#include "declaration.hpp"

#include <nlohmann/json.hpp>

namespace mini_node::json {
namespace {

using nlohmann::ordered_json;

ordered_json described(const value_type& type) {
  return {{"name", type.name},
          {"base", type.base},
          {"meaning", type.meaning},
          {"values", type.values},
          {"pattern", type.pattern}};
}

ordered_json described(const field& each) {
  return {{"name", each.name},
          {"type", each.type},
          {"meaning", each.meaning},
          {"present_if", each.present_if},
          {"former_of", each.former_of}};
}

ordered_json described(const message_body& each) {
  return {{"name", each.name}, {"code", each.code}, {"form", each.form}, {"commands", each.commands}};
}

ordered_json described(const body_part& each) { return {{"name", each.name}, {"form", each.form}}; }

ordered_json described(const object& each);

template <class Entry>
ordered_json described(const std::vector<Entry>& all) {
  ordered_json list = ordered_json::array();
  for (const Entry& each : all) list.push_back(described(each));
  return list;
}

ordered_json described(const object& each) {
  return {{"name", each.name},         {"meaning", each.meaning},           {"fields", described(each.fields)},
          {"includes", each.includes}, {"alternatives", each.alternatives}, {"former_name", each.former_name}};
}

}  // namespace

declaration node_declaration() {
  declaration all{value_types(), events(), replies(), parts(), message_bodies(), body_parts()};
  for (const auto& more : {response_parts(), statistics_parts()}) {
    all.parts.insert(all.parts.end(), more.begin(), more.end());
  }
  return all;
}

std::string to_json(const declaration& all) {
  const ordered_json parts{{"types", described(all.types)},       {"events", described(all.events)},
                           {"replies", described(all.replies)},   {"parts", described(all.parts)},
                           {"messages", described(all.messages)}, {"body_parts", described(all.body_parts)}};
  return parts.dump(1) + '\n';
}

}  // namespace mini_node::json

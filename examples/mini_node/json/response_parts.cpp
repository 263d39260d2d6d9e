// Responses of peers, as replies describe them.
#include "declaration.hpp"

namespace mini_node::json {

std::vector<object> response_parts() {
  return {{"peer_addrs_response",
           "Of `get_peer_addrs`.",
           {{"addresses", "list of peer_address", "addresses that the peer advertises"}}},
          {"headers_response",
           "Of `get_headers`.",
           {{"count", "count", "number of headers"},
            {"first", "hash", "of the first header", "`count` is not 0"},
            {"last", "hash", "of the last header", "`count` is not 0"}}},
          {"block_response",
           "Of `get_block`.",
           {{"inputs", "count", "in the block"},
            {"outputs", "count", "in the block"},
            {"kernels", "count", "in the block"}},
           {"block_identity"}},
          {"compact_block_response",
           "Of `get_compact_block`.",
           {{"outputs", "count", "given in full"},
            {"kernels", "count", "given in full"},
            {"short_ids", "count", "kernels given by their short ids"}},
           {"block_identity"}},
          {"segment",
           "",
           {{"block", "hash", "the block to whose state it belongs"},
            {"height", "count", "of the segment: it has up to 2^height leaves"},
            {"index", "count", "of the segment, from 0"}}},
          {"output_bitmap_segment_response",
           "Of `get_output_bitmap_segment`.",
           {{"chunks", "count", "of the bitmap in the segment"}, {"output_root", "hash", "root of the outputs"}},
           {"segment"}},
          {"output_segment_response",
           "Of `get_output_segment`.",
           {{"leaves", "count", "outputs in the segment"}, {"bitmap_root", "hash", "root of the bitmap"}},
           {"segment"}},
          {"segment_response",
           "Of `get_range_proof_segment` and `get_kernel_segment`.",
           {{"leaves", "count", "range proofs or kernels in the segment"}},
           {"segment"}},
          {"archive_response",
           "",
           {{"hash", "hash", "of the block to whose state the archive belongs"},
            {"height", "count", "of that block"},
            {"bytes", "bytes", "size of the archive"}}}};
}

}  // namespace mini_node::json

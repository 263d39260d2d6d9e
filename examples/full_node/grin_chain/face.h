/* The C interface of Grin's chain and pool, for grin_chain.cpp alone.
 *
 * Each function returns a verdict, whose numbers are those of full_node::verdict, and puts into `out` the content of
 * the answer, or a text that says why there is none. `out` belongs to the caller, who gives it to pappus_grin_free.
 * Numbers in contents are big-endian. A node is used by one thread at a time; only pappus_grin_stop may be called
 * beside. */
#ifndef PAPPUS_GRIN_CHAIN_FACE_H
#define PAPPUS_GRIN_CHAIN_FACE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pappus_grin_node;

struct pappus_grin_bytes {
  uint8_t* data;
  size_t size;
};

/* Borrowed during the call. */
struct pappus_grin_view {
  const uint8_t* data;
  size_t size;
};

void pappus_grin_free(struct pappus_grin_bytes bytes);

/* `chain`: mainnet, testnet, usernet, automated testing. `node` is set if the verdict is 0. */
uint8_t pappus_grin_open(struct pappus_grin_view folder, uint8_t chain, uint8_t with_reward,
                         struct pappus_grin_node** node, struct pappus_grin_bytes* out);
void pappus_grin_close(struct pappus_grin_node* node);

/* A header. */
uint8_t pappus_grin_genesis(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
/* Body head, header head, tail, fork point and archive block, each hash, height u64 and total difficulty u64; the
 * archive block's output and kernel MMR sizes, u64; whether its state is needed, u8. */
uint8_t pappus_grin_heads(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
uint8_t pappus_grin_validate(const struct pappus_grin_node* node, uint8_t fast, struct pappus_grin_bytes* out);
uint8_t pappus_grin_compact(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);

/* `headers`: one after the other. */
uint8_t pappus_grin_import_headers(const struct pappus_grin_node* node, struct pappus_grin_view headers,
                                   struct pappus_grin_bytes* out);
/* A header. */
uint8_t pappus_grin_header(const struct pappus_grin_node* node, struct pappus_grin_view hash,
                           struct pappus_grin_bytes* out);
/* Hashes. */
uint8_t pappus_grin_locator(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
/* Headers. */
uint8_t pappus_grin_headers_after(const struct pappus_grin_node* node, struct pappus_grin_view locator, size_t most,
                                  struct pappus_grin_bytes* out);
/* `after`: a hash or nothing. Whether the chain was reorganized, u8; for each block its hash, and its height u64. */
uint8_t pappus_grin_missing_blocks(const struct pappus_grin_node* node, struct pappus_grin_view after, size_t most,
                                   struct pappus_grin_bytes* out);

/* `version`: the protocol version of the bytes given or returned. */
uint8_t pappus_grin_import_block(const struct pappus_grin_node* node, struct pappus_grin_view block, uint32_t version,
                                 struct pappus_grin_bytes* out);
uint8_t pappus_grin_block(const struct pappus_grin_node* node, struct pappus_grin_view hash, uint32_t version,
                          struct pappus_grin_bytes* out);
uint8_t pappus_grin_compact_block(const struct pappus_grin_node* node, struct pappus_grin_view hash, uint32_t version,
                                  struct pappus_grin_bytes* out);
/* 1 and the block at the latest version, or 0 and the short ids that the pool lacks, six bytes each. */
uint8_t pappus_grin_hydrate(const struct pappus_grin_node* node, struct pappus_grin_view compact, uint32_t version,
                            struct pappus_grin_bytes* out);

uint8_t pappus_grin_add_tx(const struct pappus_grin_node* node, struct pappus_grin_view tx, uint32_t version,
                           struct pappus_grin_bytes* out);
uint8_t pappus_grin_validate_tx(const struct pappus_grin_node* node, struct pappus_grin_view tx, uint32_t version,
                                struct pappus_grin_bytes* out);
/* `txs`: one after the other. A transaction. Both at the latest version. */
uint8_t pappus_grin_aggregate(const struct pappus_grin_node* node, struct pappus_grin_view txs,
                              struct pappus_grin_bytes* out);
uint8_t pappus_grin_tx(const struct pappus_grin_node* node, struct pappus_grin_view kernel, uint32_t version,
                       struct pappus_grin_bytes* out);
/* Hashes of kernels. */
uint8_t pappus_grin_pool(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);

/* A block at the latest version. */
uint8_t pappus_grin_mine(const struct pappus_grin_node* node, uint32_t salt, struct pappus_grin_bytes* out);
uint8_t pappus_grin_mine_history(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
/* A transaction at the latest version: of the block's reward, or, from number 1 on, of the output of the one before. */
uint8_t pappus_grin_spend(const struct pappus_grin_node* node, uint64_t height, uint32_t salt, uint32_t number,
                          uint64_t more_fee, struct pappus_grin_bytes* out);

/* `which`: bitmap, output, range proof, kernel. The body of a response. */
uint8_t pappus_grin_segment(const struct pappus_grin_node* node, uint8_t which, struct pappus_grin_view block,
                            uint8_t height, uint64_t index, uint32_t version, struct pappus_grin_bytes* out);
uint8_t pappus_grin_begin_state(const struct pappus_grin_node* node, struct pappus_grin_view block,
                                struct pappus_grin_bytes* out);
/* Whether it is complete, u8; leaves in place and in all, u64; for each segment that is wanted `which`, its height u8
 * and its index u64. */
uint8_t pappus_grin_continue_state(const struct pappus_grin_node* node, size_t most, struct pappus_grin_bytes* out);
uint8_t pappus_grin_add_segment(const struct pappus_grin_node* node, uint8_t which, struct pappus_grin_view response,
                                uint32_t version, struct pappus_grin_bytes* out);
uint8_t pappus_grin_finish_state(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
uint8_t pappus_grin_reset_state(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
void pappus_grin_stop(const struct pappus_grin_node* node);
/* Hash, height u64 and size u64, bytes; the name of the file. */
uint8_t pappus_grin_read_archive(const struct pappus_grin_node* node, struct pappus_grin_bytes* out);
uint8_t pappus_grin_write_archive(const struct pappus_grin_node* node, struct pappus_grin_view block,
                                  struct pappus_grin_view file, struct pappus_grin_bytes* out);

#ifdef __cplusplus
}
#endif

#endif

//! Headers alone and in batches.

use std::path::Path;

use grin_core::core::hash::Hashed;
use grin_core::core::BlockHeader;
use grin_core::pow::{Difficulty, Proof, ProofOfWork};
use grin_core::{consensus, genesis, global};
use grin_util::ToHex;

use crate::chain::Mined;
use crate::message::{name_of, written, Message};
use crate::vectors::lines;

/// A header in good form, with a proof of work that proves nothing.
pub fn made_up(height: u64, edge_bits: u8) -> BlockHeader {
    let mask = (1u64 << edge_bits) - 1;
    let size = global::proofsize() as u64;
    let mut nonces: Vec<u64> = (0..size)
        .map(|i| (i + 1 + height * size).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1 & mask)
        .collect();
    nonces.sort_unstable();
    let mut made = genesis::genesis_dev().header;
    made.version = consensus::header_version(height);
    made.height = height;
    made.prev_hash = name_of(height);
    made.prev_root = name_of(height + 100);
    made.output_root = name_of(height + 200);
    made.range_proof_root = name_of(height + 300);
    made.kernel_root = name_of(height + 400);
    made.output_mmr_size = 7;
    made.kernel_mmr_size = 4;
    made.pow = ProofOfWork {
        total_difficulty: Difficulty::from_num(1000 + height),
        secondary_scaling: 3,
        nonce: 0x0102_0304_0506_0708 + height,
        proof: Proof { edge_bits, nonces },
    };
    made
}

pub fn write_header(folder: &Path, chain: &str, shape: &str, made: &BlockHeader) {
    let message = Message::new(folder, chain, "header");
    message.save(shape, made);
    message.note(shape, "hash", made.hash().to_hex());
}

fn write_batch(folder: &Path, chain: &str, batch: &[BlockHeader]) {
    let message = Message::new(folder, chain, "headers");
    let shape = batch.len().to_string();
    message.write(&shape, |version| {
        let mut body = written(&(batch.len() as u16), version);
        for each in batch {
            body.extend(written(each, version));
        }
        body
    });
    message.note(
        &shape,
        "hashes",
        lines(batch.iter().map(|each| each.hash())),
    );
}

pub fn write_mainnet(folder: &Path) {
    for (shape, height, edge_bits) in [
        ("secondary_29", 262_079, 29),
        ("primary_31", 262_080, 31),
        ("primary_32", 3_456_789, 32),
    ] {
        write_header(folder, "mainnet", shape, &made_up(height, edge_bits));
    }
}

pub fn write_usernet(folder: &Path) {
    for (shape, edge_bits) in [("primary_15", 15), ("secondary_29", 29), ("primary_31", 31)] {
        write_header(folder, "usernet", shape, &made_up(5, edge_bits));
    }
    let headers: Vec<BlockHeader> = (0..512).map(|height| made_up(height, 15)).collect();
    for count in [0, 1, 3, 512] {
        write_batch(folder, "usernet", &headers[..count]);
    }
}

pub fn write_mined(folder: &Path, mined: &Mined) {
    for count in [0, 1, 3, 512] {
        write_batch(folder, "automated", &mined.headers[..count]);
    }
    let archive = mined
        .chain
        .txhashset_archive_header()
        .expect("the chain is long enough");
    write_header(folder, "automated", "archive", &archive);
}

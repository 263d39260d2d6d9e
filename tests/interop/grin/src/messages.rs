//! Bodies of the messages of headers, blocks and segments, for the user testing network unless their folder says other.

use std::fs;
use std::path::{Path, PathBuf};

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::id::ShortIdentifiable;
use grin_core::core::pmmr::{VecBackend, PMMR};
use grin_core::core::transaction::{self, Inputs, OutputIdentifier};
use grin_core::core::{
    Block, BlockHeader, CompactBlock, HeaderVersion, Output, Segment, SegmentIdentifier,
    Transaction, TransactionBody, TxKernel,
};
use grin_core::global::{self, ChainTypes};
use grin_core::libtx::{reward, ProofBuilder};
use grin_core::pow::{Difficulty, Proof, ProofOfWork};
use grin_core::ser::{self, PMMRable, ProtocolVersion, Readable, Writeable};
use grin_core::{consensus, genesis};
use grin_keychain::ExtKeychain;
use grin_util::ToHex;

use crate::{key, with_input_features, write, VERSIONS};

pub struct Message {
    folder: PathBuf,
}

impl Message {
    pub fn new(folder: &Path, chain: &str, name: &str) -> Message {
        let folder = folder.join("messages").join(chain).join(name);
        fs::create_dir_all(&folder).expect("the folder can be made");
        Message { folder }
    }

    /// Once for each version, or once alone if they are all the same. What cannot be written at a version is left out.
    pub fn write(&self, shape: &str, body: impl Fn(ProtocolVersion) -> Vec<u8>) {
        let bodies: Vec<String> = VERSIONS
            .iter()
            .map(|version| body(ProtocolVersion(*version)).to_hex())
            .collect();
        if bodies.iter().all(|each| *each == bodies[0]) {
            return write(&self.folder, &format!("{shape}.hex"), bodies[0].clone());
        }
        for (version, body) in VERSIONS.iter().zip(bodies) {
            write(&self.folder, &format!("{shape}.v{version}.hex"), body);
        }
    }

    fn note(&self, shape: &str, what: &str, text: String) {
        write(&self.folder, &format!("{shape}.{what}"), text);
    }
}

pub fn written(value: &impl Writeable, version: ProtocolVersion) -> Vec<u8> {
    ser::ser_vec(value, version).expect("it can be written")
}

pub fn name_of(n: u64) -> Hash {
    (n, n + 1).hash()
}

/// A header in good form, with a proof of work that proves nothing.
fn header(height: u64, edge_bits: u8) -> BlockHeader {
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

fn write_header(folder: &Path, chain: &str, shape: &str, made: &BlockHeader) {
    let message = Message::new(folder, chain, "header");
    message.write(shape, |version| written(made, version));
    message.note(shape, "hash", made.hash().to_hex());
}

fn write_headers(folder: &Path) {
    for (shape, edge_bits) in [("primary_15", 15), ("secondary_29", 29), ("primary_31", 31)] {
        write_header(folder, "usernet", shape, &header(5, edge_bits));
    }
    let message = Message::new(folder, "usernet", "headers");
    for count in [0u16, 1, 3, 512] {
        let batch: Vec<BlockHeader> = (0..count).map(|i| header(i.into(), 15)).collect();
        message.write(&count.to_string(), |version| {
            let mut body = count.to_be_bytes().to_vec();
            for each in &batch {
                body.extend(written(each, version));
            }
            body
        });
        let hashes: Vec<String> = batch.iter().map(|each| each.hash().to_hex()).collect();
        message.note(&count.to_string(), "hashes", hashes.join("\n"));
    }
}

/// The networks' real first headers and blocks.
fn write_genesis_blocks(folder: &Path) {
    for (chain, network, block) in [
        (
            "mainnet",
            ChainTypes::Mainnet,
            genesis::genesis_main as fn() -> Block,
        ),
        (
            "testnet",
            ChainTypes::Testnet,
            genesis::genesis_test as fn() -> Block,
        ),
    ] {
        global::set_local_chain_type(network);
        let block = block();
        write_header(folder, chain, "genesis", &block.header);
        write_block(folder, chain, "genesis", &block);
    }
}

fn write_block(folder: &Path, chain: &str, shape: &str, made: &Block) {
    let kernels = |of: &[TxKernel]| {
        let hashes: Vec<String> = of.iter().map(|each| each.hash().to_hex()).collect();
        hashes.join("\n")
    };
    let message = Message::new(folder, chain, "block");
    message.write(shape, |version| written(made, version));
    message.note(shape, "hash", made.hash().to_hex());
    message.note(shape, "kernels", kernels(made.kernels()));

    let compact: CompactBlock = made.clone().into();
    let message = Message::new(folder, chain, "compact_block");
    message.write(shape, |version| written(&compact, version));
    message.note(shape, "hash", made.hash().to_hex());
    let ids: Vec<String> = made
        .kernels()
        .iter()
        .filter(|each| !each.is_coinbase())
        .map(|each| {
            let id = each.short_id(&made.hash(), compact.nonce);
            format!("{} {}", each.hash().to_hex(), id.to_hex())
        })
        .collect();
    message.note(shape, "ids", ids.join("\n"));
}

fn block(keychain: &ExtKeychain, height: u64, transactions: &[Transaction]) -> Block {
    let builder = ProofBuilder::new(keychain);
    let (output, kernel) =
        reward::output(keychain, &builder, &key(1000 + height as u32), 0, true).expect("a reward");
    let all = with_input_features(transaction::aggregate(transactions).expect("they aggregate"));
    let mut outputs = all.outputs().to_vec();
    outputs.push(output);
    let mut kernels = all.kernels().to_vec();
    kernels.push(kernel);
    let inputs: Inputs = all.inputs();
    let body = TransactionBody::init(inputs, &outputs, &kernels, false).expect("it sorts");
    Block {
        header: header(height, 15),
        body,
    }
}

fn segment_of<T>(leaves: &[T], id: SegmentIdentifier) -> Segment<T>
where
    T: PMMRable<E = T> + Readable + std::fmt::Debug,
{
    let mut backend = VecBackend::new();
    let mut range = PMMR::new(&mut backend);
    for leaf in leaves {
        range.push(leaf).expect("it takes a leaf");
    }
    Segment::from_pmmr(id, &range.readonly_pmmr(), false).expect("it has the segment")
}

fn write_segments(folder: &Path, outputs: &[Output], kernels: &[TxKernel]) {
    let names: Vec<OutputIdentifier> = outputs.iter().map(|each| each.identifier()).collect();
    let proofs: Vec<_> = outputs.iter().map(|each| each.proof).collect();
    let block = name_of(7);
    let root = name_of(8);
    let body = |version, segment: &dyn Fn(ProtocolVersion) -> Vec<u8>, root: Option<Hash>| {
        let mut body = written(&block, version);
        body.extend(segment(version));
        if let Some(root) = root {
            body.extend(written(&root, version));
        }
        body
    };
    for (shape, height, idx) in [("whole", 2u8, 0u64), ("last", 1, 1)] {
        let id = SegmentIdentifier { height, idx };
        let segment = segment_of(&names, id);
        Message::new(folder, "usernet", "output_segment").write(shape, |version| {
            body(version, &|v| written(&segment, v), Some(root))
        });
        let segment = segment_of(&proofs, id);
        Message::new(folder, "usernet", "range_proof_segment").write(shape, |version| {
            body(version, &|v| written(&segment, v), None)
        });
        let segment = segment_of(kernels, id);
        Message::new(folder, "usernet", "kernel_segment").write(shape, |version| {
            body(version, &|v| written(&segment, v), None)
        });
    }
}

pub fn write_all(folder: &Path, keychain: &ExtKeychain, transactions: &[Transaction]) {
    write_genesis_blocks(folder);
    global::set_local_chain_type(ChainTypes::UserTesting);
    write_headers(folder);
    write_block(folder, "usernet", "reward_only", &block(keychain, 5, &[]));
    let full = block(keychain, 12, transactions);
    assert!(full.header.version == HeaderVersion(5));
    write_block(folder, "usernet", "full", &full);
    write_segments(folder, full.outputs(), full.kernels());
}

//! Blocks, and compact blocks made of them.

use std::path::Path;

use grin_core::core::hash::Hashed;
use grin_core::core::id::ShortIdentifiable;
use grin_core::core::transaction;
use grin_core::core::{
    Block, BlockHeader, CompactBlock, CompactBlockBody, HeaderVersion, Transaction,
    TransactionBody, UntrustedBlock, UntrustedCompactBlock,
};
use grin_core::libtx::{reward, ProofBuilder};
use grin_core::ser::ProtocolVersion;
use grin_keychain::ExtKeychain;
use grin_util::ToHex;

use crate::chain::Mined;
use crate::headers::made_up;
use crate::message::{read, written, Message};
use crate::transactions::with_plain_inputs;
use crate::vectors::{key, lines, VERSIONS};

const NONCE: u64 = 0x1122_3344_5566_7788;

/// What Grin writes as a compact block, but with this nonce; Grin draws its own at random.
fn compact(made: &Block, nonce: u64) -> (BlockHeader, u64, CompactBlockBody) {
    let drawn: CompactBlock = made.clone().into();
    let mut body: CompactBlockBody = drawn.into();
    body.kern_ids = made
        .kernels()
        .iter()
        .filter(|each| !each.is_coinbase())
        .map(|each| each.short_id(&made.hash(), nonce))
        .collect();
    body.kern_ids.sort_unstable();
    (made.header.clone(), nonce, body)
}

fn check_compact(made: &Block) {
    let drawn: CompactBlock = made.clone().into();
    let version = ProtocolVersion(1000);
    assert!(written(&compact(made, drawn.nonce), version) == written(&drawn, version));
}

pub fn write_block(folder: &Path, chain: &str, shape: &str, made: &Block) {
    let message = Message::new(folder, chain, "block");
    message.save(shape, made);
    message.note(shape, "hash", made.hash().to_hex());
    let kernels = made.kernels().iter().map(|each| each.hash());
    message.note(shape, "kernels", lines(kernels));

    check_compact(made);
    let compact: CompactBlock = read(
        &written(&compact(made, NONCE), ProtocolVersion(1000)),
        ProtocolVersion(1000),
    );
    let message = Message::new(folder, chain, "compact_block");
    message.save(shape, &compact);
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

/// Of a made-up header: its sums and roots say nothing of the body.
fn made_up_block(keychain: &ExtKeychain, height: u64, transactions: &[Transaction]) -> Block {
    let builder = ProofBuilder::new(keychain);
    let (output, kernel) =
        reward::output(keychain, &builder, &key(1000 + height as u32), 0, true).expect("a reward");
    let all = with_plain_inputs(transaction::aggregate(transactions).expect("they aggregate"));
    let mut outputs = all.outputs().to_vec();
    outputs.push(output);
    let mut kernels = all.kernels().to_vec();
    kernels.push(kernel);
    let body = TransactionBody::init(all.inputs(), &outputs, &kernels, false).expect("it sorts");
    Block {
        header: made_up(height, 15),
        body,
    }
}

pub fn write_usernet(folder: &Path, keychain: &ExtKeychain, transactions: &[Transaction]) -> Block {
    let reward_only = made_up_block(keychain, 5, &[]);
    write_block(folder, "usernet", "reward_only", &reward_only);
    let full = made_up_block(keychain, 12, transactions);
    assert!(full.header.version == HeaderVersion(5));
    write_block(folder, "usernet", "full", &full);
    full
}

/// Blocks that Grin takes from a peer it does not trust.
pub fn write_mined(folder: &Path, mined: &Mined) {
    for (shape, made) in &mined.blocks {
        write_block(folder, "automated", shape, made);
        for version in VERSIONS.map(ProtocolVersion) {
            read::<UntrustedBlock>(&written(made, version), version);
            read::<UntrustedCompactBlock>(&written(&compact(made, NONCE), version), version);
        }
    }
}

//! Opening and closing, heads, and what concerns the whole chain.

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::Path;

use grin_core::global::ChainTypes;

use super::{answer, ask, nothing, Bytes, Fields, View};
use crate::network::Genesis;
use crate::node::{Heads, Node, Place};
use crate::reading::{written, LATEST};
use crate::verdict::{Fault, Outcome};

fn chain_type(number: u8) -> Outcome<ChainTypes> {
    match number {
        0 => Ok(ChainTypes::Mainnet),
        1 => Ok(ChainTypes::Testnet),
        2 => Ok(ChainTypes::UserTesting),
        3 => Ok(ChainTypes::AutomatedTesting),
        _ => Err(Fault::failed("no such chain type")),
    }
}

/// # Safety
/// As `answer`; `node` can be written to, and is only if the chain was opened.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_open(
    folder: View,
    chain: u8,
    with_reward: u8,
    node: *mut *mut Node,
    out: *mut Bytes,
) -> u8 {
    answer(out, || {
        let genesis = match with_reward {
            0 => Genesis::OfNetwork,
            _ => Genesis::WithReward,
        };
        let opened = Node::open(Path::new(folder.text()?), chain_type(chain)?, genesis)?;
        node.write(Box::into_raw(Box::new(opened)));
        Ok(vec![])
    })
}

/// # Safety
/// `node` came from `pappus_grin_open`, and is closed once.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_close(node: *mut Node) {
    let _ = catch_unwind(AssertUnwindSafe(|| drop(Box::from_raw(node))));
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_genesis(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| written(&node.chain.genesis(), LATEST))
}

fn with_place(fields: Fields, place: &Place) -> Fields {
    fields
        .hash(&place.hash)
        .u64(place.height)
        .u64(place.total_difficulty)
}

fn fields_of(heads: &Heads) -> Vec<u8> {
    let places = [
        &heads.body,
        &heads.header,
        &heads.tail,
        &heads.fork_point,
        &heads.archive,
    ];
    places
        .into_iter()
        .fold(Fields::default(), with_place)
        .u64(heads.archive_output_mmr_size)
        .u64(heads.archive_kernel_mmr_size)
        .u8(heads.state_is_needed.into())
        .0
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_heads(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| {
        node.heads().map(|heads| fields_of(&heads))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_validate(node: *const Node, fast: u8, out: *mut Bytes) -> u8 {
    ask(node, out, |node| node.validate(fast != 0).map(nothing))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_compact(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| node.compact().map(nothing))
}

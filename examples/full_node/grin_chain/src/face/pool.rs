//! The pool, and the miner.

use grin_core::ser::ProtocolVersion;

use super::{ask, concat, nothing, Bytes, View};
use crate::miner::Spend;
use crate::node::Node;
use crate::reading::{self, written, LATEST};
use crate::verdict::{Fault, Verdict};

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_add_tx(
    node: *const Node,
    tx: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let tx = reading::transaction(tx.bytes(), ProtocolVersion(version))?;
        node.pool.add(tx).map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_validate_tx(
    node: *const Node,
    tx: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let tx = reading::transaction(tx.bytes(), ProtocolVersion(version))?;
        node.pool.validate(tx).map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_aggregate(
    node: *const Node,
    txs: View,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let txs = reading::transactions(txs.bytes())?;
        written(&node.pool.aggregate(&txs)?, LATEST)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_tx(
    node: *const Node,
    kernel: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let found = node.pool.find(kernel.hash()?);
        let tx = found.ok_or_else(|| Fault::new(Verdict::Absent, "it is not in the pool"))?;
        written(&tx, ProtocolVersion(version))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_pool(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| Ok(concat(&node.pool.kernels())))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_mine(node: *const Node, salt: u32, out: *mut Bytes) -> u8 {
    ask(node, out, |node| written(&node.mine(salt)?, LATEST))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_mine_history(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| written(&node.mine_history()?, LATEST))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_spend(
    node: *const Node,
    height: u64,
    salt: u32,
    number: u32,
    more_fee: u64,
    out: *mut Bytes,
) -> u8 {
    let what = Spend {
        height,
        salt,
        number,
        more_fee,
    };
    ask(node, out, |node| written(&node.spend(what)?, LATEST))
}

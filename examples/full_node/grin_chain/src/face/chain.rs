//! Headers and blocks.

use grin_core::core::hash::Hash;
use grin_core::ser::ProtocolVersion;

use super::{ask, concat, nothing, Bytes, Fields, View};
use crate::hydration::Hydrated;
use crate::node::Node;
use crate::reading::{written, LATEST};
use crate::verdict::Fault;

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_import_headers(
    node: *const Node,
    headers: View,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        node.import_headers(headers.bytes()).map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_header(node: *const Node, hash: View, out: *mut Bytes) -> u8 {
    ask(node, out, |node| {
        written(&node.header(hash.hash()?)?, LATEST)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_locator(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| Ok(concat(&node.locator()?)))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_headers_after(
    node: *const Node,
    locator: View,
    most: usize,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let hashes = locator.bytes().chunks_exact(Hash::LEN).map(Hash::from_vec);
        let hashes: Vec<Hash> = hashes.collect();
        let mut content = vec![];
        for header in node.headers_after(&hashes, most)? {
            content.extend(written(&header, LATEST)?);
        }
        Ok(content)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_missing_blocks(
    node: *const Node,
    after: View,
    most: usize,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let after = match after.bytes().is_empty() {
            true => None,
            false => Some(after.hash()?),
        };
        let missing = node.missing_blocks(after, most)?;
        let fields = Fields::default().u8(missing.reorganized.into());
        let blocks = missing.blocks.iter();
        Ok(blocks
            .fold(fields, |fields, (hash, height)| {
                fields.hash(hash).u64(*height)
            })
            .0)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_import_block(
    node: *const Node,
    block: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    let version = ProtocolVersion(version);
    ask(node, out, |node| {
        node.import_block(block.bytes(), version).map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_block(
    node: *const Node,
    hash: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        node.block(hash.hash()?, ProtocolVersion(version))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_compact_block(
    node: *const Node,
    hash: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        node.compact_block(hash.hash()?, ProtocolVersion(version))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_hydrate(
    node: *const Node,
    compact: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        match node.hydrate(compact.bytes(), ProtocolVersion(version))? {
            Hydrated::Block(block) => Ok(Fields::default().u8(1).rest(&written(&*block, LATEST)?)),
            Hydrated::Incomplete(missing) => {
                let mut content = vec![0];
                for id in &missing {
                    content.extend(written(id, LATEST)?);
                }
                Ok::<_, Fault>(content)
            }
        }
    })
}

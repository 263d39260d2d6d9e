//! The state by segments and by archive.

use std::path::Path;

use grin_core::core::pmmr::segment::SegmentType;
use grin_core::core::SegmentIdentifier;
use grin_core::ser::ProtocolVersion;

use super::{ask, nothing, Bytes, Fields, View};
use crate::node::Node;
use crate::segments::segment_type;
use crate::verdict::{Fault, Outcome};

fn type_of(number: u8) -> Outcome<SegmentType> {
    segment_type(number).ok_or_else(|| Fault::failed("no such segment type"))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_segment(
    node: *const Node,
    which: u8,
    block: View,
    height: u8,
    index: u64,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let id = SegmentIdentifier { height, idx: index };
        node.segment(type_of(which)?, block.hash()?, id, ProtocolVersion(version))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_begin_state(
    node: *const Node,
    block: View,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        node.begin_state(block.hash()?).map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_continue_state(
    node: *const Node,
    most: usize,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let progress = node.continue_state(most)?;
        let mut fields = Fields::default()
            .u8(progress.is_complete.into())
            .u64(progress.leaves)
            .u64(progress.all_leaves);
        for each in progress.wanted {
            let id = each.identifier;
            fields = fields.u8(each.segment_type as u8).u8(id.height).u64(id.idx);
        }
        Ok(fields.0)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_add_segment(
    node: *const Node,
    which: u8,
    response: View,
    version: u32,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        let version = ProtocolVersion(version);
        node.add_segment(type_of(which)?, response.bytes(), version)
            .map(nothing)
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_finish_state(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| node.finish_state().map(nothing))
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_reset_state(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| node.reset_state().map(nothing))
}

/// # Safety
/// `node` is open. May be called from any thread.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_stop(node: *const Node) {
    (*node).stop();
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_read_archive(node: *const Node, out: *mut Bytes) -> u8 {
    ask(node, out, |node| {
        let archive = node.read_archive()?;
        let file = archive.file.to_str();
        let file = file.ok_or_else(|| Fault::failed("the folder's name is not UTF-8"))?;
        let fields = Fields::default().hash(&archive.block).u64(archive.height);
        Ok(fields.u64(archive.bytes).rest(file.as_bytes()))
    })
}

/// # Safety
/// As `ask`.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_write_archive(
    node: *const Node,
    block: View,
    file: View,
    out: *mut Bytes,
) -> u8 {
    ask(node, out, |node| {
        node.write_archive(block.hash()?, Path::new(file.text()?))
            .map(nothing)
    })
}

//! Chains whose state can be imported, and nodes that import it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::segment::SegmentTypeIdentifier;
use grin_core::core::BlockHeader;
use grin_core::global::ChainTypes;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::reading::LATEST;

use crate::support::{header_bytes, TestNode};

pub const LENGTH: u64 = 150;

/// A chain with more than 1,025 outputs, which takes a minute to mine: it is kept in cargo's folder, and has to be removed there if blocks
/// are mined in another way.
pub fn uncompacted() -> &'static Node {
    static WHOLE: OnceLock<Node> = OnceLock::new();
    WHOLE.get_or_init(|| {
        let node = kept("history-whole");
        for _ in node.heads().unwrap().body.height..LENGTH {
            node.mine_history().unwrap();
        }
        node
    })
}

/// The same, of which peers with short messages can import the state.
pub fn source() -> &'static Node {
    static SOURCE: OnceLock<Node> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let whole = uncompacted();
        let node = kept("history");
        for height in node.heads().unwrap().body.height + 1..=LENGTH {
            let hash = whole.chain.get_header_by_height(height).unwrap().hash();
            node.import_block(&whole.block(hash, LATEST).unwrap(), LATEST)
                .unwrap();
        }
        node.compact().unwrap();
        node
    })
}

fn kept(name: &str) -> Node {
    Node::open(
        &kept_in(name),
        ChainTypes::AutomatedTesting,
        Genesis::WithReward,
    )
    .unwrap()
}

pub fn headers(of: &Node) -> Vec<BlockHeader> {
    (1..=LENGTH)
        .map(|height| of.chain.get_header_by_height(height).unwrap())
        .collect()
}

/// A node that has all headers and no block.
pub fn follower(of: &Node) -> TestNode {
    let node = TestNode::with_genesis(Genesis::WithReward);
    for some in headers(of).chunks(64) {
        node.import_headers(&header_bytes(some)).unwrap();
    }
    node
}

pub fn segment(of: &Node, block: Hash, which: &SegmentTypeIdentifier) -> Vec<u8> {
    of.segment(which.segment_type.clone(), block, which.identifier, LATEST)
        .unwrap()
}

/// Passes on what is wanted, until the import is complete or has asked for `most` segments.
pub fn pass_segments(from: &Node, to: &Node, block: Hash, most: usize) -> bool {
    let mut passed = 0;
    for _ in 0..100 {
        let progress = to.continue_state(15).unwrap();
        if progress.is_complete {
            assert_eq!(progress.leaves, progress.all_leaves);
            return true;
        }
        for each in progress.wanted {
            if passed == most {
                return false;
            }
            let bytes = segment(from, block, &each);
            to.add_segment(each.segment_type, &bytes, LATEST).unwrap();
            passed += 1;
        }
    }
    panic!("the import does not end");
}

pub fn follow_blocks(from: &Node, to: &Node) {
    for (hash, _) in to.missing_blocks(None, 1000).unwrap().blocks {
        to.import_block(&from.block(hash, LATEST).unwrap(), LATEST)
            .unwrap();
    }
    assert_eq!(to.heads().unwrap().body, from.heads().unwrap().body);
    to.validate(false).unwrap();
}

pub fn kept_in(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

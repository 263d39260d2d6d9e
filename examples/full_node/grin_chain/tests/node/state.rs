//! The state of a chain, moved by segments and by an archive.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use grin_chain::txhashset::BitmapSegment;

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::segment::{SegmentType, SegmentTypeIdentifier};
use grin_core::core::{pmmr, BlockHeader, OutputIdentifier, Segment, SegmentIdentifier, TxKernel};
use grin_core::global::ChainTypes;
use grin_core::ser::{Readable, Writeable};
use grin_util::secp::pedersen::RangeProof;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::reading::{self, LATEST};
use pappus_grin_chain::verdict::{Outcome, Verdict};

use crate::support::{bytes, header_bytes, verdict, TestNode};

const LENGTH: u64 = 150;

/// A chain with more than 1,025 outputs, which takes a minute to mine: it is kept in cargo's folder.
fn uncompacted() -> &'static Node {
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
fn source() -> &'static Node {
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
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    Node::open(&folder, ChainTypes::AutomatedTesting, Genesis::WithReward).unwrap()
}

fn headers(of: &Node) -> Vec<BlockHeader> {
    (1..=LENGTH)
        .map(|height| of.chain.get_header_by_height(height).unwrap())
        .collect()
}

/// A node that has all headers and no block.
fn follower(of: &Node) -> TestNode {
    let node = TestNode::with_genesis(Genesis::WithReward);
    for some in headers(of).chunks(64) {
        node.import_headers(&header_bytes(some)).unwrap();
    }
    node
}

fn segment(of: &Node, block: Hash, which: &SegmentTypeIdentifier) -> Vec<u8> {
    of.segment(which.segment_type.clone(), block, which.identifier, LATEST)
        .unwrap()
}

/// Passes on what is wanted, until the import is complete or has asked for `most` segments.
fn pass_segments(from: &Node, to: &Node, block: Hash, most: usize) -> bool {
    let mut passed = 0;
    loop {
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
}

fn follow_blocks(from: &Node, to: &Node) {
    for (hash, _) in to.missing_blocks(None, 1000).unwrap().blocks {
        to.import_block(&from.block(hash, LATEST).unwrap(), LATEST)
            .unwrap();
    }
    assert_eq!(to.heads().unwrap().body, from.heads().unwrap().body);
    to.validate(false).unwrap();
}

#[test]
fn a_node_far_behind_needs_a_state() {
    let source = source();
    let heads = follower(source).heads().unwrap();
    assert!(heads.state_is_needed);
    assert_eq!(heads.archive.height, 130);
    assert!(!source.heads().unwrap().state_is_needed);
}

#[test]
fn a_state_is_imported_from_segments_and_followed_by_blocks() {
    let source = source();
    let mut node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.finish_state().unwrap();
    assert_eq!(node.heads().unwrap().body.hash, block);
    assert!(!node.heads().unwrap().state_is_needed);
    follow_blocks(source, &node);
    node.reopen();
    assert_eq!(node.heads().unwrap().body, source.heads().unwrap().body);
}

#[test]
fn an_import_goes_on_after_reopening() {
    let source = source();
    let mut node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    for passed in 1..4 {
        node.begin_state(block).unwrap();
        assert!(!pass_segments(source, &node, block, passed));
        node.continue_state(15).unwrap();
        node.reopen();
    }
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn an_import_that_was_reset_begins_anew() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    for passed in [1, 2, 100] {
        node.begin_state(block).unwrap();
        pass_segments(source, &node, block, passed);
        node.reset_state().unwrap();
        let heads = node.heads().unwrap();
        assert_eq!((heads.body.height, heads.header.height), (0, LENGTH));
        assert_eq!(verdict(node.continue_state(15)), Verdict::Refused);
    }
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn a_broken_segment_is_invalid_and_the_true_one_is_still_accepted() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    loop {
        let progress = node.continue_state(15).unwrap();
        if progress.is_complete {
            break;
        }
        for each in progress.wanted {
            let add = |bytes: &[u8]| node.add_segment(each.segment_type.clone(), bytes, LATEST);
            let whole = segment(source, block, &each);
            assert_eq!(verdict(add(&whole[..whole.len() - 1])), Verdict::Invalid);
            let mut with_more = whole.clone();
            with_more.push(0);
            assert_eq!(verdict(add(&with_more)), Verdict::Invalid);
            assert_eq!(
                verdict(add(&broken_in_the_middle(&whole))),
                Verdict::Invalid
            );
            assert_eq!(verdict(add(&whole)), Verdict::Accepted);
            assert_eq!(verdict(add(&whole)), Verdict::Refused);
        }
    }
    node.finish_state().unwrap();
}

fn broken_in_the_middle(whole: &[u8]) -> Vec<u8> {
    let mut broken = whole.to_vec();
    broken[whole.len() / 2] ^= 1;
    broken
}

#[test]
fn what_a_peer_changes_in_a_segment_is_noticed_or_has_no_effect() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    let mut accepted = 0;
    loop {
        let progress = node.continue_state(15).unwrap();
        if progress.is_complete {
            break;
        }
        for each in progress.wanted {
            let add = |bytes: &[u8]| node.add_segment(each.segment_type.clone(), bytes, LATEST);
            let whole = segment(source, block, &each);
            let changed = (41..whole.len()).step_by(3).map(|at| {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                changed
            });
            let verdicts = changed.map(|bytes| verdict(add(&bytes)));
            let passed = verdicts
                .into_iter()
                .find(|found| *found != Verdict::Invalid);
            match passed {
                Some(found) => {
                    assert_eq!(found, Verdict::Accepted);
                    accepted += 1;
                }
                None => add(&whole).unwrap(),
            }
        }
    }
    // The test is of use as long as Grin takes some.
    assert!(accepted > 0);
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn leaves_that_a_peer_adds_to_a_segment_have_no_effect() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    loop {
        let progress = node.continue_state(15).unwrap();
        if progress.is_complete {
            break;
        }
        for each in progress.wanted {
            let whole = segment(source, block, &each);
            let bytes = match each.segment_type {
                SegmentType::Bitmap => with_a_chunk_more(&whole),
                SegmentType::Output => with_a_leaf_more::<OutputIdentifier>(&whole, 32),
                SegmentType::RangeProof => with_a_leaf_more::<RangeProof>(&whole, 0),
                SegmentType::Kernel => with_a_leaf_more::<TxKernel>(&whole, 0),
            };
            node.add_segment(each.segment_type, &bytes, LATEST).unwrap();
        }
    }
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

/// `root` is the size of another root after the segment, bytes.
fn with_a_leaf_more<T: Readable + Writeable + Clone>(message: &[u8], root: usize) -> Vec<u8> {
    let body = &message[32..message.len() - root];
    let segment: Segment<T> = reading::whole(body, LATEST).unwrap();
    let (id, hash_at, hashes, mut leaf_at, mut leaves, proof) = segment.parts();
    let next = pmmr::insertion_to_pmmr_index(pmmr::n_leaves(leaf_at.last().unwrap() + 1));
    leaf_at.push(next);
    leaves.push(leaves[0].clone());
    let segment = Segment::from_parts(id, hash_at, hashes, leaf_at, leaves, proof);
    [
        &message[..32],
        &bytes(&segment),
        &message[message.len() - root..],
    ]
    .concat()
}

fn with_a_chunk_more(message: &[u8]) -> Vec<u8> {
    let (block, rest) = message.split_at(32);
    let (body, root) = rest.split_at(rest.len() - 32);
    let segment = reading::whole::<BitmapSegment>(body, LATEST).unwrap();
    let segment = segment.into_segment().unwrap();
    let (id, hash_at, hashes, mut leaf_at, mut leaves, proof) = segment.parts();
    leaf_at.push(pmmr::insertion_to_pmmr_index(leaves.len() as u64));
    leaves.push(leaves[0].clone());
    let segment = Segment::from_parts(id, hash_at, hashes, leaf_at, leaves, proof);
    [block, &bytes(&BitmapSegment::from(segment)), root].concat()
}

#[test]
fn a_state_is_imported_from_a_node_that_never_compacts() {
    let source = uncompacted();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn a_segment_of_another_block_or_one_that_nobody_wants_is_refused() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    let id = |height, idx| SegmentIdentifier { height, idx };
    let bitmap = source
        .segment(SegmentType::Bitmap, block, id(9, 0), LATEST)
        .unwrap();
    let add = |bytes: &[u8]| verdict(node.add_segment(SegmentType::Bitmap, bytes, LATEST));
    assert_eq!(add(&bitmap), Verdict::Refused);
    node.begin_state(block).unwrap();
    assert_eq!(add(&bitmap), Verdict::Refused);
    node.continue_state(15).unwrap();
    let mut other = bitmap.clone();
    other[0] ^= 1;
    assert_eq!(add(&other), Verdict::Refused);
    let higher = source
        .segment(SegmentType::Bitmap, block, id(10, 0), LATEST)
        .unwrap();
    assert_eq!(add(&higher), Verdict::Refused);
    let output = source
        .segment(SegmentType::Output, block, id(11, 0), LATEST)
        .unwrap();
    let added = node.add_segment(SegmentType::Output, &output, LATEST);
    assert_eq!(verdict(added), Verdict::Refused);
    assert_eq!(add(&bitmap), Verdict::Accepted);
}

#[test]
fn segments_of_the_served_block_alone_exist() {
    let source = source();
    let heads = source.heads().unwrap();
    let served = |which, block, height, idx| {
        let id = SegmentIdentifier { height, idx };
        verdict(source.segment(which, block, id, LATEST))
    };
    assert_eq!(
        served(SegmentType::Kernel, heads.archive.hash, 9, 0),
        Verdict::Accepted
    );
    assert_eq!(
        served(SegmentType::Kernel, heads.body.hash, 9, 0),
        Verdict::Absent
    );
    assert_eq!(
        served(SegmentType::Kernel, heads.archive.hash, 8, 0),
        Verdict::Absent
    );
    assert_eq!(
        served(SegmentType::Kernel, heads.archive.hash, 14, 0),
        Verdict::Absent
    );
    assert_eq!(
        served(SegmentType::Kernel, heads.archive.hash, 9, 1),
        Verdict::Absent
    );
    assert_eq!(
        served(SegmentType::Output, heads.archive.hash, 11, 1),
        Verdict::Absent
    );
    assert_eq!(
        served(SegmentType::Output, heads.archive.hash, 11, u64::MAX),
        Verdict::Absent
    );
}

#[test]
fn a_state_with_too_few_outputs_is_refused() {
    let node = TestNode::new();
    node.mine_many(2, 0);
    let block = node.heads().unwrap().body.hash;
    assert_eq!(verdict(node.begin_state(block)), Verdict::Refused);
    assert_eq!(
        verdict(node.begin_state(Hash::from_vec(&[9; 32]))),
        Verdict::Absent
    );
    assert_eq!(verdict(node.finish_state()), Verdict::Refused);
}

#[test]
fn a_stopped_validation_is_a_failure_and_can_be_finished_later() {
    let source = source();
    let mut node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.stop();
    assert_eq!(verdict(node.finish_state()), Verdict::Failed);
    assert_eq!(node.heads().unwrap().body.height, 0);
    node.reopen();
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, &node, block, 100));
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn a_state_is_imported_from_an_archive_and_followed_by_blocks() {
    let source = source();
    let mut node = follower(source);
    let archive = source.read_archive().unwrap();
    assert_eq!(archive.block, node.heads().unwrap().archive.hash);
    assert_eq!(archive.height, 130);
    assert_eq!(archive.bytes, fs::metadata(&archive.file).unwrap().len());
    node.write_archive(archive.block, &archive.file).unwrap();
    assert_eq!(node.heads().unwrap().body.hash, archive.block);
    follow_blocks(source, &node);
    let again = node.write_archive(archive.block, &archive.file);
    assert_eq!(verdict(again), Verdict::Refused);
    node.reopen();
    assert_eq!(node.heads().unwrap().body, source.heads().unwrap().body);
}

#[test]
fn an_archive_of_another_state_is_invalid_and_leaves_the_chain_as_it_was() {
    let source = source();
    let node = follower(source);
    let archive = source.read_archive().unwrap();
    let before = source.chain.get_header_by_height(120).unwrap().hash();
    assert_eq!(
        verdict(node.write_archive(before, &archive.file)),
        Verdict::Invalid
    );
    assert_eq!(node.heads().unwrap().body.height, 0);
    node.write_archive(archive.block, &archive.file).unwrap();
}

#[test]
fn a_file_that_is_no_archive_is_a_failure() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    let file = node.folder().join("no.zip");
    let write = |block| -> Outcome<()> { node.write_archive(block, &file) };
    assert_eq!(verdict(write(block)), Verdict::Failed);
    fs::write(&file, "no").unwrap();
    assert_eq!(verdict(write(block)), Verdict::Failed);
    assert_eq!(verdict(write(Hash::from_vec(&[9; 32]))), Verdict::Absent);
}

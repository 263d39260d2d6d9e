//! Segments that peers have changed, or that nobody wants.

use grin_chain::txhashset::BitmapSegment;
use grin_core::core::pmmr::segment::SegmentType;
use grin_core::core::{pmmr, OutputIdentifier, Segment, SegmentIdentifier, TxKernel};
use grin_core::ser::{Readable, Writeable};
use grin_util::secp::pedersen::RangeProof;
use pappus_grin_chain::reading::{self, LATEST};
use pappus_grin_chain::verdict::Verdict;

use crate::history::{follow_blocks, follower, segment, source};
use crate::support::{bytes, verdict};

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

//! The state of a chain, moved by segments.

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::segment::SegmentType;
use grin_core::core::SegmentIdentifier;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::reading::LATEST;
use pappus_grin_chain::verdict::Verdict;

use crate::history::{
    follow_blocks, follower, pass_segments, segment, source, uncompacted, LENGTH,
};
use crate::support::{copy_files, verdict, TestNode};

fn import_state(source: &Node, node: &Node, block: Hash) {
    node.begin_state(block).unwrap();
    assert!(pass_segments(source, node, block, 100));
    node.finish_state().unwrap();
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
    import_state(source, &node, block);
    assert_eq!(node.heads().unwrap().body.hash, block);
    assert!(!node.heads().unwrap().state_is_needed);
    follow_blocks(source, &node);
    node.reopen();
    assert_eq!(node.heads().unwrap().body, source.heads().unwrap().body);
}

/// The files of the state are written before the store knows of the block.
#[test]
fn a_node_that_was_killed_at_a_block_after_the_state_can_be_opened_again() {
    let source = source();
    let mut node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    import_state(source, &node, block);
    node.close();
    let store = node.folder().join("chain_data").join("multi_lmdb");
    let before = node.folder().join("before");
    copy_files(&store, &before);
    node.reopen();
    follow_blocks(source, &node);
    node.close();
    copy_files(&before, &store);
    node.reopen();
    assert!(node.heads().unwrap().state_is_needed);
    import_state(source, &node, block);
    follow_blocks(source, &node);
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
    import_state(source, &node, block);
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
    import_state(source, &node, block);
    follow_blocks(source, &node);
}

#[test]
fn a_state_is_imported_from_a_node_that_never_compacts() {
    let source = uncompacted();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    import_state(source, &node, block);
    follow_blocks(source, &node);
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
    import_state(source, &node, block);
    follow_blocks(source, &node);
}

#[test]
fn an_import_goes_on_in_a_copy_of_its_folder_at_any_time() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    loop {
        let progress = node.continue_state(15).unwrap();
        let copy = node.copy();
        copy.begin_state(block).unwrap();
        assert!(pass_segments(source, &copy, block, 100));
        copy.finish_state().unwrap();
        if progress.is_complete {
            break;
        }
        for each in progress.wanted {
            let bytes = segment(source, block, &each);
            node.add_segment(each.segment_type, &bytes, LATEST).unwrap();
        }
    }
}

#[test]
fn a_block_that_comes_during_an_import_is_unlinked_and_does_not_disturb_it() {
    let source = uncompacted();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    assert!(!pass_segments(source, &node, block, 2));
    node.continue_state(15).unwrap();
    let imported = node.import_block(&block_at(source, 1), LATEST);
    assert_eq!(verdict(imported), Verdict::Unlinked);
    assert!(pass_segments(source, &node, block, 100));
    let imported = node.import_block(&block_at(source, 1), LATEST);
    assert_eq!(verdict(imported), Verdict::Unlinked);
    node.finish_state().unwrap();
    follow_blocks(source, &node);
}

#[test]
fn a_node_that_was_left_behind_drops_its_old_state() {
    let source = uncompacted();
    for height in [1, 30] {
        let node = follower(source);
        for height in 1..=height {
            node.import_block(&block_at(source, height), LATEST)
                .unwrap();
        }
        let block = node.heads().unwrap().archive.hash;
        node.begin_state(block).unwrap();
        assert_eq!(node.heads().unwrap().body.height, 0);
        assert!(pass_segments(source, &node, block, 100));
        node.finish_state().unwrap();
        follow_blocks(source, &node);
    }
}

#[test]
fn a_state_that_is_not_needed_is_refused() {
    let source = source();
    let heads = source.heads().unwrap();
    assert_eq!(
        verdict(source.begin_state(heads.archive.hash)),
        Verdict::Refused
    );
    assert_eq!(source.heads().unwrap(), heads);
}

fn block_at(node: &Node, height: u64) -> Vec<u8> {
    let header = node.chain.get_header_by_height(height).unwrap();
    node.block(header.hash(), LATEST).unwrap()
}

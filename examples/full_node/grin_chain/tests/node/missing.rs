//! Blocks that the body chain lacks.

use grin_core::core::hash::{Hash, Hashed};
use pappus_grin_chain::missing::MissingBlocks;

use crate::support::{headers_of, TestNode};

#[test]
fn blocks_of_imported_headers_are_missing_in_order() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(6, 0);
    node.import_headers(&headers_of(&blocks)).unwrap();
    node.import(&blocks[..2]);

    let place = |i: usize| (blocks[i].hash(), i as u64 + 1);
    let all: Vec<_> = (2..6).map(place).collect();
    assert_eq!(node.missing_blocks(None, 10).unwrap().blocks, all);
    assert_eq!(node.missing_blocks(None, 3).unwrap().blocks, all[..3]);
    let after = node.missing_blocks(Some(all[1].0), 10).unwrap();
    assert_eq!(
        (after.blocks.as_slice(), after.reorganized),
        (&all[2..], false)
    );
    // After one that is here the first that is missing follows.
    let after = node.missing_blocks(Some(blocks[0].hash()), 1).unwrap();
    assert_eq!(after.blocks, all[..1]);
}

#[test]
fn nothing_is_missing_at_the_tip() {
    let node = TestNode::new();
    let blocks = node.mine_many(2, 0);
    assert_eq!(
        node.missing_blocks(None, 10).unwrap(),
        MissingBlocks::default()
    );
    let after = node.missing_blocks(Some(blocks[1].hash()), 10).unwrap();
    assert_eq!(after, MissingBlocks::default());
}

#[test]
fn after_a_reorganization_of_the_headers_the_old_block_leads_nowhere() {
    let (miner, other, node) = (TestNode::new(), TestNode::new(), TestNode::new());
    let common = miner.mine_many(2, 0);
    other.import(&common);
    let old = miner.mine_many(3, 1);
    let new = other.mine_many(4, 2);
    node.import(&common);
    node.import_headers(&headers_of(&old)).unwrap();
    assert!(
        !node
            .missing_blocks(Some(old[0].hash()), 0)
            .unwrap()
            .reorganized
    );

    node.import_headers(&headers_of(&new)).unwrap();
    for count in [0, 10] {
        let after = node.missing_blocks(Some(old[0].hash()), count).unwrap();
        assert!(after.reorganized && after.blocks.is_empty());
    }
    let missing = node.missing_blocks(None, 10).unwrap();
    let expected: Vec<_> = new
        .iter()
        .map(|block| (block.hash(), block.header.height))
        .collect();
    assert_eq!(missing.blocks, expected);
    assert!(
        !node
            .missing_blocks(Some(common[1].hash()), 0)
            .unwrap()
            .reorganized
    );
}

#[test]
fn blocks_of_a_fork_that_are_here_are_not_missing_when_it_becomes_the_best() {
    let (node, other) = (TestNode::new(), TestNode::new());
    let common = node.mine_many(2, 0);
    other.import(&common);
    node.mine_many(2, 1);
    let fork = other.mine_many(3, 2);
    node.import(&fork[..2]);
    node.import_headers(&headers_of(&fork)).unwrap();
    let missing = node.missing_blocks(None, 10).unwrap();
    assert_eq!(missing.blocks, [(fork[2].hash(), 5)]);
    node.import(&fork[2..]);
    assert_eq!(node.heads().unwrap().body.hash, fork[2].hash());
}

#[test]
fn an_unknown_block_is_not_on_the_header_chain() {
    let node = TestNode::new();
    let unknown = Hash::from_vec(&[9; 32]);
    assert!(node.missing_blocks(Some(unknown), 5).unwrap().reorganized);
}

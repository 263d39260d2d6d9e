//! Compact blocks, completed from the pool.

use grin_core::core::hash::Hashed;
use grin_core::core::id::ShortIdentifiable;
use grin_core::core::{Block, CompactBlock, Transaction};
use pappus_grin_chain::hydration::Hydrated;
use pappus_grin_chain::miner::Spend;
use pappus_grin_chain::reading::LATEST;
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, verdict, TestNode};

/// Two nodes with one chain; the first has mined one more block, with a transaction that the other may have.
fn nodes() -> (TestNode, TestNode, Block, Transaction) {
    let (miner, node) = (TestNode::new(), TestNode::new());
    node.import(&miner.mine_many(4, 0));
    let tx = miner.spend(Spend::of_reward(1)).unwrap();
    miner.pool.add(tx.clone()).unwrap();
    let block = miner.mine(0).unwrap();
    (miner, node, block, tx)
}

#[test]
fn a_compact_block_is_completed_from_the_pool() {
    let (miner, node, block, tx) = nodes();
    node.pool.add(tx).unwrap();
    let compact = miner.compact_block(block.hash(), LATEST).unwrap();
    let Hydrated::Block(whole) = node.hydrate(&compact, LATEST).unwrap() else {
        panic!("incomplete");
    };
    assert_eq!(bytes(&*whole), bytes(&block));
    node.import(&[*whole]);
    assert_eq!(node.heads().unwrap(), miner.heads().unwrap());
}

#[test]
fn short_ids_of_what_the_pool_lacks_are_reported() {
    let (_miner, node, block, tx) = nodes();
    let compact = CompactBlock::from(block.clone());
    let Hydrated::Incomplete(missing) = node.hydrate(&bytes(&compact), LATEST).unwrap() else {
        panic!("complete");
    };
    let id = tx.kernels()[0].short_id(&block.hash(), compact.nonce);
    assert_eq!(missing, [id]);
    assert_eq!(node.heads().unwrap().header.hash, block.hash());
}

#[test]
fn a_block_of_its_reward_alone_needs_no_pool() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let block = miner.mine(0).unwrap();
    let compact = bytes(&CompactBlock::from(block.clone()));
    assert!(
        matches!(node.hydrate(&compact, LATEST), Ok(Hydrated::Block(whole)) if whole.hash() == block.hash())
    );
}

#[test]
fn a_compact_block_with_the_reward_of_another_is_invalid() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let mut block = miner.mine(0).unwrap();
    block.body.kernels = miner.mine(0).unwrap().body.kernels;
    let compact = bytes(&CompactBlock::from(block));
    assert_eq!(verdict(node.hydrate(&compact, LATEST)), Verdict::Invalid);
}

#[test]
fn a_compact_block_without_its_previous_header_is_unlinked() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(2, 0);
    let compact = bytes(&CompactBlock::from(blocks[1].clone()));
    assert_eq!(verdict(node.hydrate(&compact, LATEST)), Verdict::Unlinked);
}

#[test]
fn bytes_that_are_no_compact_block_are_invalid() {
    let node = TestNode::new();
    assert_eq!(verdict(node.hydrate(&[1; 400], LATEST)), Verdict::Invalid);
}

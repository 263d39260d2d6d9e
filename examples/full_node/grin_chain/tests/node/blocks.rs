//! Import of blocks, and what peers ask for.

use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{Block, CompactBlock, Transaction, UntrustedBlock, UntrustedCompactBlock};
use grin_core::pow::Difficulty;
use grin_core::ser::ProtocolVersion;
use pappus_grin_chain::miner::{draft, prove, Spend};
use pappus_grin_chain::reading::{self, LATEST};
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, dearer, headers_of, verdict, TestNode};

#[test]
fn a_second_chain_follows_by_headers_and_then_blocks() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(12, 0);
    node.import_headers(&headers_of(&blocks)).unwrap();
    node.import(&blocks);
    assert_eq!(node.heads().unwrap(), miner.heads().unwrap());
    node.validate(false).unwrap();
}

#[test]
fn a_block_that_is_there_is_known() {
    let node = TestNode::new();
    let blocks = node.mine_many(3, 0);
    for block in &blocks {
        let imported = node.import_block(&bytes(block), LATEST);
        assert_eq!(verdict(imported), Verdict::Known);
    }
}

#[test]
fn a_block_that_was_compacted_away_is_known() {
    let node = TestNode::new();
    let blocks = node.mine_many(90, 0);
    node.compact().unwrap();
    let imported = node.import_block(&bytes(&blocks[0]), LATEST);
    assert_eq!(verdict(imported), Verdict::Known);
}

#[test]
fn a_block_of_a_fork_that_is_there_is_known() {
    let (node, other) = (TestNode::new(), TestNode::new());
    node.mine_many(3, 0);
    let fork = other.mine_many(1, 1);
    node.import(&fork);
    assert_eq!(
        verdict(node.import_block(&bytes(&fork[0]), LATEST)),
        Verdict::Known
    );
}

#[test]
fn a_block_without_its_predecessor_is_unlinked_and_not_kept() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(3, 0);
    // Without the header of the predecessor, and with it.
    assert_eq!(
        verdict(node.import_block(&bytes(&blocks[1]), LATEST)),
        Verdict::Unlinked
    );
    node.import_headers(&headers_of(&blocks[..1])).unwrap();
    assert_eq!(
        verdict(node.import_block(&bytes(&blocks[1]), LATEST)),
        Verdict::Unlinked
    );
    assert_eq!(node.heads().unwrap().header.height, 2);
    assert_eq!(node.chain.orphans_len(), 0);
    node.import(&blocks);
    assert_eq!(node.heads().unwrap().body.height, 3);
}

#[test]
fn a_block_whose_body_is_not_its_headers_is_invalid_and_the_true_one_is_still_accepted() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(2, 0);
    let mut forged = blocks[0].clone();
    forged.body = blocks[1].body.clone();
    assert_eq!(
        verdict(node.import_block(&bytes(&forged), LATEST)),
        Verdict::Invalid
    );
    node.import(&blocks);
}

#[test]
fn a_block_with_a_wrong_output_root_is_invalid() {
    let node = TestNode::new();
    node.mine_many(2, 0);
    let block = node
        .next_block(0, |header| header.output_root = header.prev_hash)
        .unwrap();
    assert_eq!(
        verdict(node.import_block(&bytes(&block), LATEST)),
        Verdict::Invalid
    );
}

#[test]
fn a_block_with_wrong_mmr_sizes_is_invalid() {
    let node = TestNode::new();
    node.mine_many(2, 0);
    let block = node
        .next_block(0, |header| header.kernel_mmr_size += 1)
        .unwrap();
    assert_eq!(
        verdict(node.import_block(&bytes(&block), LATEST)),
        Verdict::Invalid
    );
}

/// A next block of transactions that the chain does not allow there: its roots cannot be known.
fn block_of(node: &TestNode, tx: Transaction) -> Block {
    let mut block = draft(&node.chain, &[tx], 5).unwrap();
    let sizes = node.chain.head_header().unwrap();
    block.header.output_mmr_size = sizes.output_mmr_size + 10;
    block.header.kernel_mmr_size = sizes.kernel_mmr_size + 5;
    // The root of the header chain, which is that of any next block.
    block.header.prev_root = node.next_block(5, |_| {}).unwrap().header.prev_root;
    prove(&mut block.header, Difficulty::min_dma()).unwrap();
    block
}

#[test]
fn a_block_that_spends_what_is_spent_is_invalid() {
    let node = TestNode::new();
    node.mine_many(4, 0);
    let tx = node.spend(Spend::of_reward(1)).unwrap();
    let again = node.spend(dearer(1)).unwrap();
    node.pool.add(tx).unwrap();
    node.mine(0).unwrap();
    let fault = node
        .import_block(&bytes(&block_of(&node, again)), LATEST)
        .unwrap_err();
    assert_eq!(fault.verdict, Verdict::Invalid);
    assert!(
        fault.reason.starts_with("Already Spent"),
        "{}",
        fault.reason
    );
}

#[test]
fn a_block_that_spends_a_reward_too_early_is_invalid() {
    let node = TestNode::new();
    node.mine_many(4, 0);
    let early = node.spend(Spend::of_reward(4)).unwrap();
    let fault = node
        .import_block(&bytes(&block_of(&node, early)), LATEST)
        .unwrap_err();
    assert_eq!(fault.verdict, Verdict::Invalid);
    assert_eq!(fault.reason, "Attempt to spend immature coinbase");
}

#[test]
fn bytes_that_are_no_block_are_invalid() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let mut block = bytes(&miner.mine(0).unwrap());
    assert_eq!(verdict(node.import_block(&[], LATEST)), Verdict::Invalid);
    let cut = &block[..block.len() - 1];
    assert_eq!(verdict(node.import_block(cut, LATEST)), Verdict::Invalid);
    block.push(0);
    assert_eq!(verdict(node.import_block(&block, LATEST)), Verdict::Invalid);
}

#[test]
fn a_longer_fork_becomes_the_chain() {
    let (node, other) = (TestNode::new(), TestNode::new());
    let common = node.mine_many(4, 0);
    other.import(&common);
    node.mine_many(3, 1);
    let fork = other.mine_many(4, 2);
    node.import(&fork);
    assert_eq!(node.heads().unwrap(), other.heads().unwrap());
    node.validate(false).unwrap();
}

#[test]
fn blocks_are_served_as_they_were_imported() {
    let node = TestNode::new();
    let block = node.mine(0).unwrap();
    let served = node.block(block.hash(), LATEST).unwrap();
    assert_eq!(served, bytes(&block));
    for version in [2, 3, 1000].map(ProtocolVersion) {
        let served = node.block(block.hash(), version).unwrap();
        let mut rest = served.as_slice();
        assert!(reading::next::<UntrustedBlock>(&mut rest, version).is_ok());
        assert!(rest.is_empty());
    }
    let unknown = Hash::from_vec(&[9; 32]);
    assert_eq!(verdict(node.block(unknown, LATEST)), Verdict::Absent);
    assert_eq!(
        verdict(node.compact_block(unknown, LATEST)),
        Verdict::Absent
    );
}

#[test]
fn a_block_with_inputs_is_not_served_at_version_2() {
    let node = TestNode::new();
    node.mine_many(4, 0);
    node.pool
        .add(node.spend(Spend::of_reward(1)).unwrap())
        .unwrap();
    let block = node.mine(0).unwrap();
    assert_eq!(
        verdict(node.block(block.hash(), ProtocolVersion(2))),
        Verdict::Absent
    );
    assert_eq!(
        node.block(block.hash(), ProtocolVersion(3)).unwrap(),
        bytes(&block)
    );
}

#[test]
fn compact_blocks_are_served() {
    let node = TestNode::new();
    let block = node.mine(0).unwrap();
    let served = node.compact_block(block.hash(), LATEST).unwrap();
    let read = reading::next::<UntrustedCompactBlock>(&mut served.as_slice(), LATEST);
    let compact: CompactBlock = read.unwrap_or_else(|_| panic!("read")).into();
    assert_eq!(compact.hash(), block.hash());
}

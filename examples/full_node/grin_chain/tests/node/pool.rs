//! The transaction pool.

use grin_core::core::hash::Hashed;
use grin_core::core::{Transaction, UntrustedBlock};
use grin_core::ser::ProtocolVersion;
use pappus_grin_chain::reading;
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, verdict, TestNode};

/// A node whose first reward can be spent.
fn node_with_a_mature_reward() -> TestNode {
    let node = TestNode::new();
    node.mine_many(4, 0);
    node
}

#[test]
fn a_spend_of_a_reward_is_accepted_found_and_mined() {
    let node = node_with_a_mature_reward();
    let tx = node.spend(1, 0, 0).unwrap();
    let kernel = tx.kernels()[0].hash();
    assert!(node.pool.find(kernel).is_none());
    node.pool.add(tx.clone()).unwrap();
    assert_eq!(node.pool.find(kernel).unwrap().kernels(), tx.kernels());
    assert_eq!(node.pool.kernels(), [kernel]);

    let block = node.mine(0).unwrap();
    assert_eq!(block.kernels().len(), 2);
    assert!(node.pool.kernels().is_empty());
    node.validate(false).unwrap();
}

#[test]
fn the_same_transaction_again_is_known() {
    let node = node_with_a_mature_reward();
    let tx = node.spend(1, 0, 0).unwrap();
    node.pool.add(tx.clone()).unwrap();
    assert_eq!(verdict(node.pool.add(tx)), Verdict::Known);
}

#[test]
fn a_double_spend_in_the_pool_is_refused() {
    let node = node_with_a_mature_reward();
    node.pool.add(node.spend(1, 0, 0).unwrap()).unwrap();
    let other = node.spend(1, 0, 1_000).unwrap();
    assert_eq!(verdict(node.pool.add(other)), Verdict::Refused);
    assert_eq!(node.pool.kernels().len(), 1);
}

#[test]
fn a_spend_of_what_the_chain_has_spent_is_unlinked() {
    let node = node_with_a_mature_reward();
    node.pool.add(node.spend(1, 0, 0).unwrap()).unwrap();
    let other = node.spend(1, 0, 1_000).unwrap();
    node.mine(0).unwrap();
    assert_eq!(verdict(node.pool.add(other)), Verdict::Unlinked);
}

#[test]
fn a_spend_of_a_reward_that_is_not_mature_is_future() {
    let node = TestNode::new();
    node.mine_many(2, 0);
    assert_eq!(
        verdict(node.pool.add(node.spend(2, 0, 0).unwrap())),
        Verdict::Future
    );
}

#[test]
fn a_transaction_with_a_broken_signature_is_invalid() {
    let node = node_with_a_mature_reward();
    let first = node.spend(1, 0, 0).unwrap();
    let mut forged: Transaction = node.spend(1, 0, 1_000).unwrap();
    forged.body.kernels[0].excess_sig = first.kernels()[0].excess_sig;
    assert_eq!(verdict(node.pool.add(forged)), Verdict::Invalid);
}

#[test]
fn bytes_that_are_no_transaction_are_invalid() {
    let version = ProtocolVersion(3);
    let node = node_with_a_mature_reward();
    let mut tx = bytes(&node.spend(1, 0, 0).unwrap());
    assert!(reading::transaction(&tx, version).is_ok());
    tx.push(0);
    assert_eq!(
        verdict(reading::transaction(&tx, version)),
        Verdict::Invalid
    );
    assert_eq!(
        verdict(reading::transaction(&[], version)),
        Verdict::Invalid
    );
}

#[test]
fn validation_alone_adds_nothing_and_respects_the_pool() {
    let node = node_with_a_mature_reward();
    let tx = node.spend(1, 0, 0).unwrap();
    node.pool.validate(tx.clone()).unwrap();
    assert!(node.pool.kernels().is_empty());
    node.pool.add(tx.clone()).unwrap();
    assert_eq!(verdict(node.pool.validate(tx)), Verdict::Known);
    let other = node.spend(1, 0, 1_000).unwrap();
    assert_eq!(verdict(node.pool.validate(other)), Verdict::Refused);
}

#[test]
fn a_transaction_leaves_the_pool_with_a_block_of_another_node() {
    let (miner, node) = (node_with_a_mature_reward(), TestNode::new());
    for height in 1..=4 {
        let header = miner.chain.get_header_by_height(height).unwrap();
        let block = miner.chain.get_block(&header.hash()).unwrap();
        node.import(&[block]);
    }
    let tx = miner.spend(1, 0, 0).unwrap();
    miner.pool.add(tx.clone()).unwrap();
    node.pool.add(tx).unwrap();
    node.import(&[miner.mine(0).unwrap()]);
    assert!(node.pool.kernels().is_empty());
}

#[test]
fn a_transaction_returns_to_the_pool_when_its_block_leaves_the_chain() {
    let (node, other) = (node_with_a_mature_reward(), TestNode::new());
    let common = (1..=4).map(|height| {
        let header = node.chain.get_header_by_height(height).unwrap();
        node.chain.get_block(&header.hash()).unwrap()
    });
    other.import(&common.collect::<Vec<_>>());
    let tx = node.spend(1, 0, 0).unwrap();
    let kernel = tx.kernels()[0].hash();
    node.pool.add(tx).unwrap();
    node.mine(1).unwrap();
    assert!(node.pool.find(kernel).is_none());

    node.import(&other.mine_many(2, 2));
    assert!(node.pool.find(kernel).is_some());
    let mined = bytes(&node.mine(3).unwrap());
    let read = reading::next::<UntrustedBlock>(&mut mined.as_slice(), reading::LATEST);
    assert!(read.is_ok());
    node.validate(false).unwrap();
}

#[test]
fn several_transactions_become_one_that_the_pool_takes() {
    let node = TestNode::new();
    node.mine_many(6, 0);
    let txs = [node.spend(1, 0, 0).unwrap(), node.spend(2, 0, 0).unwrap()];
    let together = node.pool.aggregate(&txs).unwrap();
    assert_eq!(together.kernels().len(), 2);
    assert!(node.pool.kernels().is_empty());
    node.pool.add(together).unwrap();
    assert_eq!(node.mine(0).unwrap().kernels().len(), 3);
    node.validate(false).unwrap();
}

#[test]
fn transactions_that_spend_the_same_become_no_one() {
    let node = node_with_a_mature_reward();
    let txs = [
        node.spend(1, 0, 0).unwrap(),
        node.spend(1, 0, 1_000).unwrap(),
    ];
    assert!(node.pool.aggregate(&txs).is_err());
}

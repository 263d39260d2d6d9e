//! The transaction pool.

use grin_core::core::hash::Hashed;
use grin_core::core::{Transaction, UntrustedBlock};
use grin_core::ser::ProtocolVersion;
use pappus_grin_chain::miner::Spend;
use pappus_grin_chain::reading;
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, dearer, verdict, TestNode};

/// A node whose first reward can be spent.
fn node_with_a_mature_reward() -> TestNode {
    let node = TestNode::new();
    node.mine_many(4, 0);
    node
}

#[test]
fn a_spend_of_a_reward_is_accepted_found_and_mined() {
    let node = node_with_a_mature_reward();
    let tx = node.spend(Spend::of_reward(1)).unwrap();
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
fn each_transaction_of_a_reward_spends_the_output_of_the_one_before_mined_or_not() {
    let node = node_with_a_mature_reward();
    let add = |number| {
        let what = Spend {
            number,
            ..Spend::of_reward(1)
        };
        node.pool.add(node.spend(what).unwrap())
    };
    assert_eq!(verdict(add(1)), Verdict::Unlinked);
    add(0).unwrap();
    add(1).unwrap();
    assert_eq!(node.mine(0).unwrap().kernels().len(), 3);
    add(2).unwrap();
    assert_eq!(node.mine(0).unwrap().kernels().len(), 2);
    node.validate(false).unwrap();
}

#[test]
fn there_is_no_transaction_of_a_reward_with_another_salt_or_of_none() {
    let node = node_with_a_mature_reward();
    let other_salt = Spend {
        salt: 1,
        ..Spend::of_reward(1)
    };
    assert_eq!(verdict(node.spend(other_salt)), Verdict::Absent);
    let none = [0, 5].map(|height| node.spend(Spend::of_reward(height)).unwrap_err());
    assert_eq!(
        none.each_ref().map(|fault| fault.verdict),
        [Verdict::Absent; 2],
        "{none:?}"
    );
}

#[test]
fn fees_cannot_be_higher_than_the_reward() {
    let node = node_with_a_mature_reward();
    for (number, more_fee) in [(0, u64::MAX), (0, 60_000_000_000), (u32::MAX, 0)] {
        let what = Spend {
            number,
            more_fee,
            ..Spend::of_reward(1)
        };
        assert_eq!(verdict(node.spend(what)), Verdict::Refused);
    }
}

#[test]
fn the_same_transaction_again_is_known() {
    let node = node_with_a_mature_reward();
    let tx = node.spend(Spend::of_reward(1)).unwrap();
    node.pool.add(tx.clone()).unwrap();
    assert_eq!(verdict(node.pool.add(tx)), Verdict::Known);
}

#[test]
fn a_double_spend_in_the_pool_is_refused() {
    let node = node_with_a_mature_reward();
    node.pool
        .add(node.spend(Spend::of_reward(1)).unwrap())
        .unwrap();
    let other = node.spend(dearer(1)).unwrap();
    assert_eq!(verdict(node.pool.add(other)), Verdict::Refused);
    assert_eq!(node.pool.kernels().len(), 1);
}

#[test]
fn a_spend_of_what_the_chain_has_spent_is_unlinked() {
    let node = node_with_a_mature_reward();
    node.pool
        .add(node.spend(Spend::of_reward(1)).unwrap())
        .unwrap();
    let other = node.spend(dearer(1)).unwrap();
    node.mine(0).unwrap();
    assert_eq!(verdict(node.pool.add(other)), Verdict::Unlinked);
}

#[test]
fn a_spend_of_a_reward_that_is_not_mature_is_future() {
    let node = TestNode::new();
    node.mine_many(2, 0);
    assert_eq!(
        verdict(node.pool.add(node.spend(Spend::of_reward(2)).unwrap())),
        Verdict::Future
    );
}

#[test]
fn a_transaction_with_a_broken_signature_is_invalid() {
    let node = node_with_a_mature_reward();
    let first = node.spend(Spend::of_reward(1)).unwrap();
    let mut forged: Transaction = node.spend(dearer(1)).unwrap();
    forged.body.kernels[0].excess_sig = first.kernels()[0].excess_sig;
    assert_eq!(verdict(node.pool.add(forged)), Verdict::Invalid);
}

#[test]
fn bytes_that_are_no_transaction_are_invalid() {
    let version = ProtocolVersion(3);
    let node = node_with_a_mature_reward();
    let mut tx = bytes(&node.spend(Spend::of_reward(1)).unwrap());
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
    let tx = node.spend(Spend::of_reward(1)).unwrap();
    node.pool.validate(tx.clone()).unwrap();
    assert!(node.pool.kernels().is_empty());
    node.pool.add(tx.clone()).unwrap();
    assert_eq!(verdict(node.pool.validate(tx)), Verdict::Known);
    let other = node.spend(dearer(1)).unwrap();
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
    let tx = miner.spend(Spend::of_reward(1)).unwrap();
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
    let tx = node.spend(Spend::of_reward(1)).unwrap();
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
    let txs = [
        node.spend(Spend::of_reward(1)).unwrap(),
        node.spend(Spend::of_reward(2)).unwrap(),
    ];
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
        node.spend(Spend::of_reward(1)).unwrap(),
        node.spend(dearer(1)).unwrap(),
    ];
    assert!(node.pool.aggregate(&txs).is_err());
}

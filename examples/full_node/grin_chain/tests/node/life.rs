//! Opening, mining and closing.

use grin_core::core::hash::Hashed;
use grin_core::global::ChainTypes;
use pappus_grin_chain::network::{first_block, Genesis};
use pappus_grin_chain::node::Node;
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, verdict, TestNode};

#[test]
fn a_new_chain_begins_with_genesis() {
    let node = TestNode::new();
    let heads = node.heads().unwrap();
    let genesis = node.chain.genesis().hash();
    for place in [heads.body, heads.header, heads.tail, heads.fork_point] {
        assert_eq!((place.hash, place.height), (genesis, 0));
    }
    assert!(!heads.state_is_needed);
}

#[test]
fn a_mined_block_becomes_the_head_of_both_chains() {
    let node = TestNode::new();
    let block = node.mine(0).unwrap();
    let heads = node.heads().unwrap();
    assert_eq!(heads.body.hash, block.hash());
    assert_eq!(heads.header.hash, block.hash());
    assert_eq!(heads.body.height, 1);
    let work = block.header.total_difficulty().to_num();
    assert_eq!(heads.body.total_difficulty, work);
}

#[test]
fn the_heads_are_the_same_after_reopening() {
    for genesis in [Genesis::OfNetwork, Genesis::WithReward] {
        let mut node = TestNode::with_genesis(genesis);
        node.reopen();
        node.mine_many(5, 0);
        let heads = node.heads().unwrap();
        node.reopen();
        assert_eq!(node.heads().unwrap(), heads);
        node.mine(0).unwrap();
        node.validate(false).unwrap();
    }
}

#[test]
fn the_genesis_with_a_reward_has_the_same_bytes_each_time() {
    let _node = TestNode::with_genesis(Genesis::WithReward);
    let make = || first_block(ChainTypes::AutomatedTesting, Genesis::WithReward).unwrap();
    assert_eq!(bytes(&make()), bytes(&make()));
}

#[test]
fn a_second_chain_type_is_refused_in_one_process() {
    let _node = TestNode::new();
    let folder = std::env::temp_dir().join("pappus-grin-chain-never-opened");
    let opened = Node::open(&folder, ChainTypes::Mainnet, Genesis::OfNetwork);
    assert_eq!(verdict(opened), Verdict::Failed);
    assert!(!folder.exists());
}

#[test]
fn a_long_chain_is_compacted_and_stays_valid() {
    let node = TestNode::new();
    let blocks = node.mine_many(90, 0);
    node.compact().unwrap();
    let tail = node.heads().unwrap().tail;
    assert!(tail.height > 60);
    node.validate(true).unwrap();
    node.validate(false).unwrap();
    let old = node.block(blocks[0].hash(), grin_core::ser::ProtocolVersion(3));
    assert_eq!(old.unwrap_err().verdict, Verdict::Absent);
    node.mine(0).unwrap();
}

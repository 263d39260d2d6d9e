//! Mainnet, in a process of its own: the chain type is that of the process.

use std::{env, fs, process};

use grin_core::core::hash::Hashed;
use grin_core::global::ChainTypes;
use grin_util::ToHex;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::verdict::Verdict;

#[test]
fn mainnet_begins_with_its_genesis_and_is_not_mined_here() {
    let folder = env::temp_dir().join(format!("pappus-grin-mainnet-{}", process::id()));
    let open = |genesis| Node::open(&folder, ChainTypes::Mainnet, genesis);
    let other = open(Genesis::WithReward).err().unwrap();
    assert_eq!(other.verdict, Verdict::Failed);
    for _ in 0..2 {
        let node = open(Genesis::OfNetwork).unwrap();
        assert_eq!(
            node.heads().unwrap().body.hash.to_hex(),
            "40adad0aec27797b48840aa9e00472015c21baea118ce7a2ff1a82c0f8f5bf82"
        );
        assert_eq!(node.locator().unwrap(), [node.chain.genesis().hash()]);
        assert_eq!(node.mine(0).err().unwrap().verdict, Verdict::Failed);
    }
    fs::remove_dir_all(&folder).unwrap();
}

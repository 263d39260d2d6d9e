//! Usernet, in a process of its own: the chain type is that of the process.

use std::{env, fs, process};

use grin_core::core::hash::Hashed;
use grin_core::global::ChainTypes;
use grin_util::ToHex;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;

#[test]
fn usernet_begins_with_its_genesis_and_is_mined_here() {
    let folder = env::temp_dir().join(format!("pappus-grin-usernet-{}", process::id()));
    for height in 0..2 {
        let node = Node::open(&folder, ChainTypes::UserTesting, Genesis::OfNetwork).unwrap();
        assert_eq!(
            node.chain.genesis().hash().to_hex(),
            "99a1097ccc1b75d3d8bb311a89cc527a77addfd1edd7c59f502685e99ae2a784"
        );
        assert_eq!(node.heads().unwrap().body.height, height);
        node.mine(0).unwrap();
        node.validate(false).unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
}

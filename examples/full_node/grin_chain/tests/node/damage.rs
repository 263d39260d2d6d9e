//! A damaged disk blames no peer.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};

use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, verdict, TestNode};
use pappus_grin_chain::reading::LATEST;

/// Overwrites the hashes of an MMR.
fn damage(node: &TestNode, mmr: &str) {
    let path = node
        .folder()
        .join("chain_data")
        .join(mmr)
        .join("pmmr_hash.bin");
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len() as usize;
    file.seek(SeekFrom::Start(0)).unwrap();
    file.write_all(&vec![7; length]).unwrap();
}

#[test]
fn a_block_that_does_not_fit_a_damaged_state_is_a_failure() {
    for mmr in [
        "txhashset/output",
        "txhashset/rangeproof",
        "txhashset/kernel",
    ] {
        let (miner, node) = (TestNode::new(), TestNode::new());
        let blocks = miner.mine_many(5, 0);
        node.import(&blocks[..4]);
        damage(&node, mmr);
        assert_eq!(
            verdict(node.import_block(&bytes(&blocks[4]), LATEST)),
            Verdict::Failed
        );
    }
}

#[test]
fn a_header_that_does_not_fit_a_damaged_header_chain_is_a_failure() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(5, 0);
    node.import(&blocks[..4]);
    damage(&node, "header/header_head");
    let header = bytes(&blocks[4].header);
    assert_eq!(verdict(node.import_headers(&header)), Verdict::Failed);
    assert_eq!(
        verdict(node.import_block(&bytes(&blocks[4]), LATEST)),
        Verdict::Failed
    );
}

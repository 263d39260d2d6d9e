//! Import of headers, and what peers ask of the header chain.

use chrono::{Duration, Utc};
use grin_core::core::hash::{Hash, Hashed};
use pappus_grin_chain::verdict::Verdict;

use crate::support::{bytes, hashes_of, header_bytes, headers_of, verdict, TestNode};

#[test]
fn headers_move_the_header_head_alone() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(6, 0);
    node.import_headers(&headers_of(&blocks)).unwrap();
    let heads = node.heads().unwrap();
    assert_eq!(heads.header.hash, blocks[5].hash());
    assert_eq!(heads.body.height, 0);
    assert_eq!(node.header(blocks[2].hash()).unwrap(), blocks[2].header);
}

#[test]
fn headers_that_are_all_there_are_known() {
    let miner = TestNode::new();
    let blocks = miner.mine_many(3, 0);
    let imported = miner.import_headers(&headers_of(&blocks));
    assert_eq!(verdict(imported), Verdict::Known);
    assert_eq!(verdict(miner.import_headers(&[])), Verdict::Known);
}

#[test]
fn headers_after_a_gap_are_unlinked() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(4, 0);
    let imported = node.import_headers(&headers_of(&blocks[1..]));
    assert_eq!(verdict(imported), Verdict::Unlinked);
}

#[test]
fn headers_that_do_not_follow_each_other_are_invalid() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let blocks = miner.mine_many(3, 0);
    let imported = node.import_headers(&header_bytes([&blocks[0].header, &blocks[2].header]));
    assert_eq!(verdict(imported), Verdict::Invalid);
}

#[test]
fn bytes_that_are_no_header_are_invalid() {
    let node = TestNode::new();
    assert_eq!(verdict(node.import_headers(&[7; 300])), Verdict::Invalid);
    let header = bytes(&TestNode::new().mine(0).unwrap().header);
    let cut = &header[..header.len() - 1];
    assert_eq!(verdict(node.import_headers(cut)), Verdict::Invalid);
}

#[test]
fn a_header_with_another_ones_proof_of_work_is_invalid_although_its_hash_is_known() {
    let node = TestNode::new();
    let mut header = node.mine(0).unwrap().header;
    header.kernel_mmr_size += 1;
    assert!(node.header(header.hash()).is_ok());
    assert_eq!(
        verdict(node.import_headers(&bytes(&header))),
        Verdict::Invalid
    );
}

#[test]
fn a_header_with_a_wrong_root_is_invalid() {
    let node = TestNode::new();
    node.mine_many(3, 0);
    let wrong = |header: &mut grin_core::core::BlockHeader| header.prev_root = header.prev_hash;
    let block = node.next_block(0, wrong).unwrap();
    assert_eq!(
        verdict(node.import_headers(&bytes(&block.header))),
        Verdict::Invalid
    );
}

#[test]
fn a_header_with_a_difficulty_that_does_not_follow_is_invalid() {
    let node = TestNode::new();
    node.mine_many(3, 0);
    let block = node.next_block(0, |header| {
        header.pow.total_difficulty = header.pow.total_difficulty + header.total_difficulty();
    });
    let header = block.unwrap().header;
    assert_eq!(
        verdict(node.import_headers(&bytes(&header))),
        Verdict::Invalid
    );
}

#[test]
fn a_header_of_tomorrow_is_future_and_those_before_it_are_imported() {
    let (miner, node) = (TestNode::new(), TestNode::new());
    let first = miner.mine(0).unwrap();
    let late = Utc::now() + Duration::days(1);
    let late = chrono::DateTime::from_timestamp(late.timestamp(), 0).unwrap();
    let next = miner
        .next_block(0, |header| header.timestamp = late)
        .unwrap();
    let imported = node.import_headers(&header_bytes([&first.header, &next.header]));
    assert_eq!(verdict(imported), Verdict::Future);
    assert_eq!(node.heads().unwrap().header.hash, first.hash());
}

#[test]
fn a_header_of_tomorrow_without_a_proof_of_work_is_invalid() {
    let node = TestNode::new();
    let mut header = node.mine(0).unwrap().header;
    header.timestamp += Duration::days(100_000);
    assert_eq!(
        verdict(node.import_headers(&bytes(&header))),
        Verdict::Invalid
    );
}

#[test]
fn headers_of_less_work_are_accepted_and_do_not_move_the_head() {
    let (node, other) = (TestNode::new(), TestNode::new());
    node.mine_many(4, 0);
    let head = node.heads().unwrap().header;
    let fork = other.mine_many(2, 1);
    node.import_headers(&headers_of(&fork)).unwrap();
    assert_eq!(node.heads().unwrap().header, head);
}

#[test]
fn a_locator_leads_from_the_header_head_to_genesis() {
    let node = TestNode::new();
    let blocks = node.mine_many(30, 0);
    let locator = node.locator().unwrap();
    let heights = [30, 28, 24, 16];
    let mut expected: Vec<Hash> = heights.map(|height| blocks[height - 1].hash()).into();
    expected.push(node.chain.genesis().hash());
    assert_eq!(locator, expected);
}

#[test]
fn headers_follow_the_first_hash_of_a_locator_that_is_on_the_chain() {
    let (node, other) = (TestNode::new(), TestNode::new());
    let blocks = node.mine_many(5, 0);
    let fork = other.mine_many(1, 1);
    node.import_headers(&headers_of(&fork)).unwrap();

    let after = |locator: &[Hash], most| {
        let headers = node.headers_after(locator, most).unwrap();
        headers
            .iter()
            .map(|header| header.hash())
            .collect::<Vec<_>>()
    };
    let unknown = Hash::from_vec(&[9; 32]);
    let locator = [unknown, fork[0].hash(), blocks[1].hash(), blocks[0].hash()];
    assert_eq!(after(&locator, 512), hashes_of(&blocks[2..]));
    assert_eq!(after(&locator, 2), hashes_of(&blocks[2..4]));
    assert!(after(&[unknown], 512).is_empty());
    assert!(after(&[blocks[4].hash()], 512).is_empty());
}

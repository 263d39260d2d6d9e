//! The state of a chain, moved as an archive.

use std::fs;

use grin_core::core::hash::{Hash, Hashed};
use pappus_grin_chain::verdict::{Outcome, Verdict};

use crate::history::{follow_blocks, follower, pass_segments, source};
use crate::support::{copy_files, verdict};

#[test]
fn a_state_is_imported_from_an_archive_and_followed_by_blocks() {
    let source = source();
    let mut node = follower(source);
    let archive = source.read_archive().unwrap();
    assert_eq!(archive.block, node.heads().unwrap().archive.hash);
    assert_eq!(archive.height, 130);
    assert_eq!(archive.bytes, fs::metadata(&archive.file).unwrap().len());
    node.write_archive(archive.block, &archive.file).unwrap();
    assert_eq!(node.heads().unwrap().body.hash, archive.block);
    follow_blocks(source, &node);
    let again = node.write_archive(archive.block, &archive.file);
    assert_eq!(verdict(again), Verdict::Refused);
    node.reopen();
    assert_eq!(node.heads().unwrap().body, source.heads().unwrap().body);
}

#[test]
fn an_archive_of_another_state_is_invalid_and_leaves_the_chain_as_it_was() {
    let source = source();
    let node = follower(source);
    let archive = source.read_archive().unwrap();
    let before = source.chain.get_header_by_height(120).unwrap().hash();
    assert_eq!(
        verdict(node.write_archive(before, &archive.file)),
        Verdict::Invalid
    );
    assert_eq!(node.heads().unwrap().body.height, 0);
    node.write_archive(archive.block, &archive.file).unwrap();
}

#[test]
fn a_file_that_is_no_archive_is_a_failure() {
    let source = source();
    let node = follower(source);
    let block = node.heads().unwrap().archive.hash;
    let file = node.folder().join("no.zip");
    let write = |block| -> Outcome<()> { node.write_archive(block, &file) };
    assert_eq!(verdict(write(block)), Verdict::Failed);
    fs::write(&file, "no").unwrap();
    assert_eq!(verdict(write(block)), Verdict::Failed);
    assert_eq!(verdict(write(Hash::from_vec(&[9; 32]))), Verdict::Absent);
}

#[test]
fn an_import_goes_on_that_was_interrupted_while_grin_replaced_the_state() {
    let source = source();
    let archive = source.read_archive().unwrap();
    for old_state_is_there in [true, false] {
        let mut node = follower(source);
        let folder = node.folder().to_path_buf();
        let (state, unpacked) = (
            folder.join("chain_data/txhashset"),
            folder.join("tmp/txhashset"),
        );
        copy_files(&state, &folder.join("old"));
        node.write_archive(archive.block, &archive.file).unwrap();
        node.close();
        fs::rename(&state, &unpacked).unwrap();
        if old_state_is_there {
            fs::rename(folder.join("old"), &state).unwrap();
        }
        fs::write(folder.join("archive_import"), archive.block.to_vec()).unwrap();

        node.reopen();
        assert_eq!(node.heads().unwrap().body.hash, archive.block);
        assert!(!unpacked.exists() && !folder.join("archive_import").exists());
        follow_blocks(source, &node);
    }
}

#[test]
fn an_import_is_forgotten_that_was_interrupted_before() {
    let source = source();
    let archive = source.read_archive().unwrap();
    let mut node = follower(source);
    let folder = node.folder().to_path_buf();
    node.close();
    copy_files(
        &folder.join("chain_data/txhashset"),
        &folder.join("tmp/txhashset"),
    );
    fs::write(folder.join("archive_import"), archive.block.to_vec()).unwrap();
    node.reopen();
    assert_eq!(node.heads().unwrap().body.height, 0);
    assert!(!folder.join("tmp/txhashset").exists());
    node.write_archive(archive.block, &archive.file).unwrap();
    follow_blocks(source, &node);
}

#[test]
fn an_archive_takes_the_place_of_an_import_of_segments() {
    let source = source();
    let node = follower(source);
    let archive = source.read_archive().unwrap();
    node.begin_state(archive.block).unwrap();
    pass_segments(source, &node, archive.block, 2);
    node.continue_state(15).unwrap();
    node.write_archive(archive.block, &archive.file).unwrap();
    follow_blocks(source, &node);
}

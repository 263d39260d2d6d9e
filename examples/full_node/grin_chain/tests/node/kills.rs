//! A node that is killed can be opened again, and goes on.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use grin_core::global::ChainTypes;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::reading::LATEST;

use crate::history::{follow_blocks, follower, kept_in, pass_segments, segment, source};
use crate::support::{copy_files, TestNode};

/// Tells this program, when it is started by itself, where to act.
const FOLDER: &str = "PAPPUS_GRIN_CHAIN_KILLED";

/// What such a program prints before each step.
const STEP: &str = "step";

fn given_folder() -> Option<PathBuf> {
    env::var_os(FOLDER).map(PathBuf::from)
}

fn step() {
    println!("\n{STEP}");
}

fn open(folder: &Path) -> Node {
    Node::open(folder, ChainTypes::AutomatedTesting, Genesis::WithReward).unwrap()
}

/// Runs one test of this program, and kills it in its step of that number. Returns whether it came so far.
fn kill_in_step(number: usize, test: &str, folder: &Path) -> bool {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut steps = lines.map_while(Result::ok).filter(|line| line == STEP);
    let came_so_far = steps.nth(number).is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    came_so_far
}

#[test]
#[ignore = "is run by another, and killed"]
fn mines_for_ever() {
    let Some(folder) = given_folder() else { return };
    let node = open(&folder);
    loop {
        step();
        node.mine(0).unwrap();
    }
}

#[test]
fn a_miner_that_is_killed_goes_on_with_a_valid_chain() {
    let mut node = TestNode::with_genesis(Genesis::WithReward);
    for blocks in 0..6 {
        let before = node.heads().unwrap().body.height;
        node.close();
        assert!(kill_in_step(blocks, "kills::mines_for_ever", node.folder()));
        node.reopen();
        assert!(node.heads().unwrap().body.height >= before + blocks as u64);
        node.validate(false).unwrap();
    }
}

#[test]
#[ignore = "is run by another, and killed"]
fn imports_segments() {
    let Some(folder) = given_folder() else { return };
    let (node, source) = (open(&folder), open(&folder.join("source")));
    let block = node.heads().unwrap().archive.hash;
    node.begin_state(block).unwrap();
    loop {
        step();
        let progress = node.continue_state(15).unwrap();
        if progress.is_complete {
            break;
        }
        for each in progress.wanted {
            let bytes = segment(&source, block, &each);
            node.add_segment(each.segment_type, &bytes, LATEST).unwrap();
        }
    }
    step();
    node.finish_state().unwrap();
    step();
    follow_blocks(&source, &node);
}

#[test]
#[ignore = "is run by another, and killed"]
fn imports_an_archive() {
    let Some(folder) = given_folder() else { return };
    let (node, source) = (open(&folder), open(&folder.join("source")));
    step();
    let archive = source.read_archive().unwrap();
    step();
    node.write_archive(archive.block, &archive.file).unwrap();
    step();
    follow_blocks(&source, &node);
}

/// Kills an import in each of its steps, and ends it each time.
fn kill_imports(test: &str) {
    let source = source();
    let mut fresh = follower(source);
    fresh.close();
    copy_files(&kept_in("history"), &fresh.folder().join("source"));
    for number in 0.. {
        let mut node = fresh.copy();
        node.close();
        if !kill_in_step(number, test, node.folder()) {
            assert!(number >= 3);
            break;
        }
        node.reopen();
        let heads = node.heads().unwrap();
        if heads.state_is_needed {
            node.begin_state(heads.archive.hash).unwrap();
            assert!(pass_segments(source, &node, heads.archive.hash, 100));
            node.finish_state().unwrap();
        }
        follow_blocks(source, &node);
    }
}

#[test]
fn an_import_of_segments_that_is_killed_can_be_ended() {
    kill_imports("kills::imports_segments");
}

#[test]
fn an_import_of_an_archive_that_is_killed_can_be_ended() {
    kill_imports("kills::imports_an_archive");
}

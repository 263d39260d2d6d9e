//! Nodes in temporary folders, and a mined chain.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use grin_core::core::hash::Hashed;
use grin_core::core::{Block, BlockHeader};
use grin_core::global::ChainTypes;
use pappus_grin_chain::miner::Spend;
use pappus_grin_chain::network::Genesis;
use pappus_grin_chain::node::Node;
use pappus_grin_chain::reading::{written, LATEST};
use pappus_grin_chain::verdict::{Outcome, Verdict};

/// A node whose folder is removed with it.
pub struct TestNode {
    node: Option<Node>,
    folder: PathBuf,
    genesis: Genesis,
}

impl TestNode {
    pub fn new() -> TestNode {
        TestNode::with_genesis(Genesis::OfNetwork)
    }

    pub fn with_genesis(genesis: Genesis) -> TestNode {
        TestNode::in_folder(new_folder(), genesis)
    }

    /// What a process would find that was started after this one was killed now.
    pub fn copy(&self) -> TestNode {
        let folder = new_folder();
        copy_files(&self.folder, &folder);
        TestNode::in_folder(folder, self.genesis)
    }

    fn in_folder(folder: PathBuf, genesis: Genesis) -> TestNode {
        let node = Some(open(&folder, genesis));
        TestNode {
            node,
            folder,
            genesis,
        }
    }

    pub fn close(&mut self) {
        self.node = None;
    }

    pub fn reopen(&mut self) {
        self.close();
        self.node = Some(open(&self.folder, self.genesis));
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn mine_many(&self, count: usize, salt: u32) -> Vec<Block> {
        (0..count)
            .map(|_| self.mine(salt).expect("mined"))
            .collect()
    }

    pub fn import(&self, blocks: &[Block]) {
        for block in blocks {
            self.import_block(&bytes(block), LATEST).expect("imported");
        }
    }
}

fn new_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    env::temp_dir().join(format!("pappus-grin-chain-{}-{number}", process::id()))
}

pub fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_files(&entry.path(), &place),
            false => fs::copy(entry.path(), place).map(|_| ()).unwrap(),
        }
    }
}

fn open(folder: &Path, genesis: Genesis) -> Node {
    Node::open(folder, ChainTypes::AutomatedTesting, genesis).expect("opened")
}

impl Deref for TestNode {
    type Target = Node;

    fn deref(&self) -> &Node {
        self.node.as_ref().expect("open")
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.node = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub fn bytes<T: grin_core::ser::Writeable>(value: &T) -> Vec<u8> {
    written(value, LATEST).expect("written")
}

pub fn header_bytes<'a>(headers: impl IntoIterator<Item = &'a BlockHeader>) -> Vec<u8> {
    headers.into_iter().flat_map(bytes).collect()
}

pub fn headers_of(blocks: &[Block]) -> Vec<u8> {
    header_bytes(blocks.iter().map(|block| &block.header))
}

pub fn hashes_of(blocks: &[Block]) -> Vec<grin_core::core::hash::Hash> {
    blocks.iter().map(|block| block.hash()).collect()
}

/// What became of it, with `Accepted` for success.
pub fn verdict<T>(outcome: Outcome<T>) -> Verdict {
    match outcome {
        Ok(_) => Verdict::Accepted,
        Err(fault) => fault.verdict,
    }
}

/// Another transaction of that reward, which pays more.
pub fn dearer(height: u64) -> Spend {
    Spend {
        more_fee: 1_000,
        ..Spend::of_reward(height)
    }
}

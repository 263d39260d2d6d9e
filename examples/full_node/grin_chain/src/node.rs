//! A chain with its pool in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grin_chain::{Chain, ChainStore, Tip};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{Block, BlockHeader};
use grin_core::global::ChainTypes;
use grin_core::pow;
use grin_util::{RwLock, StopState};

use crate::archive;
use crate::history::Leftovers;
use crate::network::{self, Genesis};
use crate::pool::{AcceptedBlocks, Pool};
use crate::state::Import;
use crate::verdict::{Fault, OrAbsent, OrFailed, Outcome, Verdict};

pub struct Node {
    pub chain: Arc<Chain>,
    pub pool: Pool,
    pub(crate) folder: PathBuf,
    /// The chain's own folder, in `folder`.
    pub(crate) data: PathBuf,
    pub(crate) leftovers: RwLock<Leftovers>,
    pub(crate) import: RwLock<Import>,
    pub(crate) stop: Arc<StopState>,
    pub(crate) accepted: Arc<AcceptedBlocks>,
}

/// Where the chain stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Heads {
    /// The last block of the best chain whose blocks are all here.
    pub body: Place,
    /// The last header of the best header chain.
    pub header: Place,
    /// The first block that is here.
    pub tail: Place,
    /// The last block that is on both chains.
    pub fork_point: Place,
    /// The block of the header chain whose state peers serve.
    pub archive: Place,
    pub archive_output_mmr_size: u64,
    pub archive_kernel_mmr_size: u64,
    /// Whether blocks after the fork point lie beyond the horizon, so that peers may not have them.
    pub state_is_needed: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub hash: Hash,
    pub height: u64,
    pub total_difficulty: u64,
}

impl From<Tip> for Place {
    fn from(tip: Tip) -> Place {
        Place {
            hash: tip.last_block_h,
            height: tip.height,
            total_difficulty: tip.total_difficulty.to_num(),
        }
    }
}

impl From<&BlockHeader> for Place {
    fn from(header: &BlockHeader) -> Place {
        Tip::from_header(header).into()
    }
}

/// Makes genesis the last block, so that the state is imported anew. Grin writes the files of the state before it commits
/// to its store: if the process is killed in between, it goes back by a block when it opens the chain, which it cannot if
/// that is the one of the imported state, of which it has no block.
fn forget_state(name: &str, first: &Block) -> Outcome<()> {
    let store = ChainStore::new(name, None).or_failed()?;
    let mut batch = store.batch().or_failed()?;
    let genesis = Tip::from_header(&first.header);
    batch.save_body_head(&genesis).or_failed()?;
    batch.save_pibd_head(&genesis).or_failed()?;
    batch.commit().or_failed()
}

impl Node {
    /// Opens the chain in `folder`, or begins one. The folder must not be that of another node: Grin unpacks archives in
    /// it beside the chain's own folder.
    pub fn open(folder: &Path, chain_type: ChainTypes, genesis: Genesis) -> Outcome<Node> {
        network::choose(chain_type)?;
        let data = folder.join("chain_data");
        fs::create_dir_all(&data).or_failed()?;
        archive::recover(folder, &data)?;
        let name = data.to_str();
        let name = name.ok_or_else(|| Fault::failed("the folder's name is not UTF-8"))?;
        let accepted = Arc::new(AcceptedBlocks::default());
        let first = network::first_block(chain_type, genesis)?;
        let first_hash = first.hash();
        let init = || {
            let verify = pow::verify_size;
            Chain::init(
                name.into(),
                accepted.clone(),
                first.clone(),
                verify,
                false,
                None,
            )
        };
        let chain = match init().or_absent() {
            Err(fault) if fault.verdict == Verdict::Absent => {
                forget_state(name, &first)?;
                init().or_failed()?
            }
            opened => opened?,
        };
        // Grin opens the chain of another network without a word.
        let stored = chain.get_header_by_height(0).or_failed()?;
        if stored.hash() != first_hash {
            return Err(Fault::failed(
                "the folder has a chain with another first block",
            ));
        }
        let chain = Arc::new(chain);
        let node = Node {
            pool: Pool::new(chain.clone()),
            chain,
            folder: folder.into(),
            data,
            leftovers: RwLock::new(Leftovers::default()),
            import: RwLock::new(Import::default()),
            stop: Arc::new(StopState::new()),
            accepted,
        };
        node.begin_pibd_head()?;
        node.forget_pruned()?;
        Ok(node)
    }

    pub fn heads(&self) -> Outcome<Heads> {
        let chain = &self.chain;
        let fork_point = chain.fork_point().or_failed()?;
        let archive = chain.txhashset_archive_header_header_only().or_failed()?;
        // There is none until the first block.
        let tail = match chain.tail().or_absent() {
            Err(fault) if fault.verdict == Verdict::Absent => Tip::from_header(&chain.genesis()),
            found => found?,
        };
        Ok(Heads {
            body: chain.head().or_failed()?.into(),
            header: chain.header_head().or_failed()?.into(),
            tail: tail.into(),
            state_is_needed: chain.check_txhashset_needed(&fork_point).or_failed()?,
            fork_point: (&fork_point).into(),
            archive_output_mmr_size: archive.output_mmr_size,
            archive_kernel_mmr_size: archive.kernel_mmr_size,
            archive: (&archive).into(),
        })
    }

    /// Verifies the whole state, `fast` without range proofs and signatures. Slow.
    pub fn validate(&self, fast: bool) -> Outcome<()> {
        self.chain.validate(fast).or_failed()
    }

    /// Drops spent outputs and blocks beyond the horizon. Grin does nothing if it did so less than 60 blocks ago.
    pub fn compact(&self) -> Outcome<()> {
        self.chain.compact().or_failed()
    }

    pub fn is_on_header_chain(&self, header: &BlockHeader) -> bool {
        let headers = self.chain.header_pmmr();
        let headers = headers.read();
        headers.get_header_hash_by_height(header.height) == Ok(header.hash())
    }

    /// Grin takes the unmined `genesis_dev` for the last block of PIBD if none is stored; on testing networks that is not
    /// in the store, and the chain could not be opened again.
    fn begin_pibd_head(&self) -> Outcome<()> {
        let store = self.chain.store();
        let known = store.pibd_head().or_failed()?;
        match store.get_block_header(&known.last_block_h) {
            Ok(_) => Ok(()),
            Err(_) => self.save_pibd_head(),
        }
    }

    /// Grin goes back to genesis if an import of a state was interrupted before its first block was complete, but keeps
    /// lists of what that state has pruned, on which the next import would fail.
    fn forget_pruned(&self) -> Outcome<()> {
        let imported = self.chain.store().pibd_head().or_failed()?;
        let head = self.chain.head().or_failed()?;
        match head.height == 0 && imported.height == 0 {
            true => self.chain.reset_prune_lists().or_failed(),
            false => Ok(()),
        }
    }

    /// Makes genesis the last block of PIBD. (`Chain::reset_pibd_head` does not commit.)
    pub(crate) fn save_pibd_head(&self) -> Outcome<()> {
        let store = self.chain.store();
        let mut batch = store.batch().or_failed()?;
        let genesis = self.chain.genesis().into();
        batch.save_pibd_head(&genesis).or_failed()?;
        batch.commit().or_failed()
    }
}

//! The state at a block as one file, a zip archive.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use grin_chain::types::NoStatus;
use grin_chain::{ChainStore, Error};
use grin_core::core::hash::{Hash, Hashed};

use crate::node::Node;
use crate::state::Import;
use crate::verdict::{Fault, OrFailed, Outcome, Verdict};

/// As Grin names its archives. (grin_chain, TXHASHSET_ZIP.)
const PREFIX: &str = "txhashset_snapshot_";

/// The folder with the files of a state. (grin_chain, TXHASHSET_SUBDIR.)
const STATE: &str = "txhashset";

/// A file that is there as long as an archive is imported, with the hash of its block.
const UNDER_WAY: &str = "archive_import";

#[derive(Debug)]
pub struct Archive {
    pub block: Hash,
    pub height: u64,
    pub file: PathBuf,
    pub bytes: u64,
}

impl Node {
    /// The archive of the block whose state is served now, made at the first call. Slow.
    pub fn read_archive(&self) -> Outcome<Archive> {
        let header = self.chain.txhashset_archive_header().or_failed()?;
        let block = header.hash();
        let file = self.data.join(format!("{PREFIX}{block}.zip"));
        match self.chain.txhashset_read(block) {
            Ok((_, _, archive)) => Ok(Archive {
                block,
                height: header.height,
                bytes: archive.metadata().or_failed()?.len(),
                file,
            }),
            Err(error) => {
                // Grin would take the beginning of it for an archive the next time.
                let _ = fs::remove_file(file);
                Err(Fault::failed(error))
            }
        }
    }

    /// Replaces the state by that of an archive that a peer has sent for a block of the header chain. Slow. Refused if
    /// the state is not needed.
    pub fn write_archive(&self, block: Hash, file: &Path) -> Outcome<()> {
        let header = self.header(block)?;
        if !self.is_on_header_chain(&header) {
            let reason = "the block is not on the header chain";
            return Err(Fault::new(Verdict::Refused, reason));
        }
        let file = File::open(file).or_failed()?;
        let under_way = self.folder.join(UNDER_WAY);
        fs::write(&under_way, block.to_vec()).or_failed()?;
        let written = self.chain.txhashset_write(block, file, &NoStatus);
        self.chain.clean_txhashset_sandbox();
        fs::remove_file(&under_way).or_failed()?;
        match written {
            Ok(false) => {
                *self.import.write() = Import::default();
                Ok(())
            }
            // It means that Grin does not know the header.
            Ok(true) => Err(Fault::failed("the header has gone")),
            Err(error) => Err(fault(error)),
        }
    }
}

/// What was compared with headers or verified by itself came from the sender. That files could not be unpacked, written
/// or read may be our fault.
fn fault(error: Error) -> Fault {
    let verdict = match &error {
        Error::InvalidTxHashSet(text) if text == "not needed" => Verdict::Refused,
        Error::InvalidTxHashSet(_)
        | Error::InvalidRoot
        | Error::InvalidMMRSize
        | Error::Committed { .. }
        | Error::Transaction { .. }
        | Error::OutputNotFound
        | Error::RangeproofNotFound
        | Error::TxKernelNotFound
        | Error::NRDRelativeHeight => Verdict::Invalid,
        _ => Verdict::Failed,
    };
    Fault::new(verdict, error.to_string())
}

/// Ends what a process left that was killed. To be called before the chain is opened.
pub fn recover(folder: &Path, data: &Path) -> Outcome<()> {
    remove_archives(data)?;
    let under_way = folder.join(UNDER_WAY);
    match under_way.exists() {
        true => {
            recover_import(folder, data, &under_way)?;
            fs::remove_file(under_way).or_failed()
        }
        false => Ok(()),
    }
}

/// An archive that was still being written cannot be told from a whole one.
fn remove_archives(data: &Path) -> Outcome<()> {
    for entry in fs::read_dir(data).or_failed()? {
        let entry = entry.or_failed()?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            fs::remove_file(entry.path()).or_failed()?;
        }
    }
    Ok(())
}

/// Grin first makes the archive's block the head and then moves the verified files into their place. In between the
/// chain could not be opened.
fn recover_import(folder: &Path, data: &Path, under_way: &Path) -> Outcome<()> {
    let unpacked = folder.join("tmp").join(STATE);
    if !unpacked.exists() {
        return Ok(());
    }
    let block = fs::read(under_way).or_failed()?;
    let name = data.to_string_lossy();
    let head = ChainStore::new(&name, None).or_failed()?.head();
    let is_verified = head.is_ok_and(|head| head.last_block_h.to_vec() == block);
    if !is_verified {
        return fs::remove_dir_all(unpacked).or_failed();
    }
    let state = data.join(STATE);
    if state.exists() {
        fs::remove_dir_all(&state).or_failed()?;
    }
    fs::rename(unpacked, state).or_failed()
}

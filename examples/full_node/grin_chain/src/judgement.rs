//! Whom an error of grin_chain blames. Grin's own `is_bad_data` also says so of what a damaged disk can cause, and
//! counts every error that it does not know as the sender's.

use grin_chain::{Chain, Error};
use grin_core::consensus::DMA_WINDOW;
use grin_core::core::hash::Hashed;
use grin_core::core::BlockHeader;

use crate::verdict::{Fault, Verdict};

/// Ancestors of a block's predecessor from which its difficulty follows: the window, and one for its first interval.
const DIFFICULTY_ANCESTORS: u64 = DMA_WINDOW + 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    Known,
    Invalid,
    /// Invalid, provided that the part of our own state with which it was compared is intact.
    InvalidIfIntact,
    Failed,
}

pub fn of(error: &Error) -> Judgement {
    match error {
        // "Unfit" has three causes: "duplicate block", "already known in head" and "already known in store". An "old
        // block" is one that is in the store, too.
        Error::Unfit(_) | Error::OldBlock => Judgement::Known,

        // These follow from the bytes of the header or block and from its predecessor's height, time, difficulty, sizes
        // and kernel offset, which its proof of work covers.
        Error::InvalidBlockHeight
        | Error::InvalidBlockVersion(_)
        | Error::InvalidBlockTime
        | Error::InvalidPow
        | Error::LowEdgebits
        | Error::DifficultyTooLow
        | Error::Block(_)
        | Error::InvalidBlockProof { .. } => Judgement::Invalid,

        // The difficulty follows from many ancestors, and Grin takes a shorter history without complaint. Roots, sizes
        // and unspent outputs are compared with files and indices of ours.
        Error::WrongTotalDifficulty
        | Error::InvalidScaling
        | Error::InvalidRoot
        | Error::InvalidMMRSize
        | Error::AlreadySpent(_)
        | Error::DuplicateCommitment(_)
        | Error::ImmatureCoinbase
        | Error::NRDRelativeHeight => Judgement::InvalidIfIntact,

        // The store, files and memory. "Committed" is among them: a block's own sums have been verified before
        // ("InvalidBlockProof"), so that adding them to the sums of its predecessor can only fail if those are wrong.
        _ => Judgement::Failed,
    }
}

/// The fault of a header whose stored predecessor is `previous`.
pub fn of_header(chain: &Chain, error: Error, previous: &BlockHeader) -> Fault {
    fault(error, || headers_are_intact(chain, previous))
}

/// The fault of a block whose predecessor is `previous`, and whose header may have been the cause.
pub fn of_block(chain: &Chain, error: Error, previous: &BlockHeader) -> Fault {
    fault(error, || {
        Ok(headers_are_intact(chain, previous)? && state_is_intact(chain, previous)?)
    })
}

fn fault(error: Error, is_intact: impl FnOnce() -> Result<bool, Error>) -> Fault {
    let verdict = match of(&error) {
        Judgement::Known => Verdict::Known,
        Judgement::Invalid => Verdict::Invalid,
        Judgement::InvalidIfIntact if is_intact() == Ok(true) => Verdict::Invalid,
        Judgement::InvalidIfIntact | Judgement::Failed => Verdict::Failed,
    };
    Fault::new(verdict, error.to_string())
}

/// Whether the ancestors of a stored header can be read, and give the root that was in it when it was accepted.
fn headers_are_intact(chain: &Chain, header: &BlockHeader) -> Result<bool, Error> {
    let mut ancestor = header.clone();
    for _ in 0..DIFFICULTY_ANCESTORS.min(header.height) {
        ancestor = chain.get_previous_header(&ancestor)?;
    }
    if header.height == 0 {
        return Ok(true);
    }
    let mut again = header.clone();
    chain.set_prev_root_only(&mut again)?;
    Ok(again.prev_root == header.prev_root)
}

/// Whether our outputs, range proofs and kernels are those to which the header of a block commits.
fn state_is_intact(chain: &Chain, header: &BlockHeader) -> Result<bool, Error> {
    if header.height == 0 || chain.head()?.last_block_h == header.hash() {
        let state = chain.txhashset();
        let state = state.read();
        let head = chain.head_header()?;
        // The roots of genesis are not in its header on testing networks.
        return Ok(head.height == 0 || state.roots()?.validate(&head).is_ok());
    }
    let mut again = chain.get_block(&header.hash())?;
    chain.set_txhashset_roots(&mut again)?;
    Ok(again.header == *header)
}

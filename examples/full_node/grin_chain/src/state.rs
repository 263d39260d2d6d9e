//! Import of the state at a block from segments (PIBD). Segments carry proofs against the block's header, so a segment
//! that does not fit is its sender's fault.

use std::sync::Arc;

use grin_chain::txhashset::{self, Desegmenter};
use grin_chain::{Error, SyncState};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::segment::{SegmentType, SegmentTypeIdentifier};
use grin_core::core::{BlockHeader, Segment};
use grin_core::ser::ProtocolVersion;

use crate::minimal::minimal;
use crate::node::Node;
use crate::segments::{self, Response};
use crate::verdict::{Fault, OrFailed, Outcome, Verdict};

/// Grin's desegmenter panics if the bitmap has one leaf.
const LEAST_OUTPUTS: u64 = 1025;

/// An import that has begun.
#[derive(Default)]
pub struct Import {
    /// The block at which it is. It does not change when the network's next archive block comes.
    target: Option<BlockHeader>,
    /// Segments that were wanted and have not come.
    wanted: Vec<SegmentTypeIdentifier>,
    /// A bit for each output, once all segments of the bitmap are in place.
    unspent: Vec<bool>,
}

#[derive(Debug)]
pub struct Progress {
    pub is_complete: bool,
    /// Leaves of all trees that are in place, and as many as there will be.
    pub leaves: u64,
    pub all_leaves: u64,
    pub wanted: Vec<SegmentTypeIdentifier>,
}

fn refused(reason: &str) -> Fault {
    Fault::new(Verdict::Refused, reason)
}

impl Node {
    /// Begins or continues the import of the state at a block of the header chain. Refused if no state is needed, or where
    /// Grin cannot do it. A state that is there is dropped: Grin would go on from it, and then, if all kernels are in one
    /// segment, never ask for them.
    pub fn begin_state(&self, block: Hash) -> Outcome<()> {
        let header = self.header(block)?;
        if !self.is_on_header_chain(&header) {
            return Err(refused("the block is not on the header chain"));
        }
        if header.output_mmr_count() < LEAST_OUTPUTS {
            return Err(refused("there are too few outputs"));
        }
        let fork_point = self.chain.fork_point().or_failed()?;
        if !self.chain.check_txhashset_needed(&fork_point).or_failed()? {
            return Err(refused("no state is needed"));
        }
        if self.chain.head().or_failed()?.height > 0 {
            self.reset_state()?;
        }
        let mut import = self.import.write();
        if import.target.as_ref() != Some(&header) {
            *import = Import {
                target: Some(header),
                ..Import::default()
            };
        }
        Ok(())
    }

    /// Puts segments in place that have come, a few at each call, and lists some that are wanted. To be called again,
    /// also if none is, until the import is complete.
    pub fn continue_state(&self, most: usize) -> Outcome<Progress> {
        let mut import = self.import.write();
        let target = import.target()?;
        let (is_complete, mut wanted) = self.with_desegmenter(&target, |desegmenter| {
            desegmenter.apply_next_segments().or_failed()?;
            let is_complete = desegmenter.check_progress(Arc::new(SyncState::new()));
            let is_complete = is_complete.or_failed()?;
            Ok((is_complete, desegmenter.next_desired_segments(most)))
        })?;
        let sizes = self.sizes();
        // Grin wants the last segment of a tree for ever, if it is not full.
        wanted.retain(|each| match each.segment_type {
            SegmentType::Bitmap => true,
            SegmentType::Output => sizes.outputs < target.output_mmr_size,
            SegmentType::RangeProof => sizes.range_proofs < target.output_mmr_size,
            SegmentType::Kernel => sizes.kernels < target.kernel_mmr_size,
        });
        // Once others are wanted the bitmap is whole.
        let is_bitmap = |each: &SegmentTypeIdentifier| each.segment_type == SegmentType::Bitmap;
        if import.unspent.is_empty() && !wanted.iter().all(is_bitmap) {
            import.unspent = self.unspent(&target)?;
        }
        import.wanted = wanted.clone();
        Ok(Progress {
            is_complete,
            leaves: sizes.leaves(),
            all_leaves: 2 * target.output_mmr_count() + target.kernel_mmr_count(),
            wanted,
        })
    }

    /// Adds the body of a peer's response. Refused if the segment is of another block, or not wanted any more.
    pub fn add_segment(
        &self,
        which: SegmentType,
        bytes: &[u8],
        version: ProtocolVersion,
    ) -> Outcome<()> {
        match which {
            SegmentType::Bitmap => {
                let response = segments::bitmap_response(bytes, version)?;
                self.add(which, response, |to, segment, _, root| {
                    let size = to.expected_bitmap_mmr_size();
                    to.add_bitmap_segment(minimal(segment, size, None), root.unwrap_or_default())
                })
            }
            SegmentType::Output => {
                let response = segments::response(bytes, true, version)?;
                self.add(which, response, |to, segment, unspent, root| {
                    let size = to.header().output_mmr_size;
                    to.add_output_segment(minimal(segment, size, Some(unspent)), root)
                })
            }
            SegmentType::RangeProof => {
                let response = segments::response(bytes, false, version)?;
                self.add(which, response, |to, segment, unspent, _| {
                    let size = to.header().output_mmr_size;
                    to.add_rangeproof_segment(minimal(segment, size, Some(unspent)))
                })
            }
            SegmentType::Kernel => {
                let response = segments::response(bytes, false, version)?;
                self.add(which, response, |to, segment, _, _| {
                    let size = to.header().kernel_mmr_size;
                    to.add_kernel_segment(minimal(segment, size, None))
                })
            }
        }
    }

    fn add<T>(
        &self,
        which: SegmentType,
        response: Response<T>,
        act: impl FnOnce(&mut Desegmenter, Segment<T>, &[bool], Option<Hash>) -> Result<(), Error>,
    ) -> Outcome<()> {
        let mut import = self.import.write();
        let target = import.target()?;
        if response.block != target.hash() {
            return Err(refused("the segment is of another block"));
        }
        let id = SegmentTypeIdentifier::new(which, response.segment.identifier());
        let place = import.wanted.iter().position(|each| *each == id);
        let place = place.ok_or_else(|| refused("the segment is not wanted"))?;
        let (segment, root) = (response.segment, response.other_root);
        self.with_desegmenter(&target, |desegmenter| {
            match act(desegmenter, segment, &import.unspent, root) {
                Err(Error::SegmentError { source }) => {
                    Err(Fault::new(Verdict::Invalid, source.to_string()))
                }
                added => added.or_failed(),
            }
        })?;
        import.wanted.swap_remove(place);
        Ok(())
    }

    /// Verifies the whole state of a complete import, and makes its block the body head. Slow. If it fails the import
    /// has to be reset.
    pub fn finish_state(&self) -> Outcome<()> {
        let mut import = self.import.write();
        let target = import.target()?;
        let status = Arc::new(SyncState::new());
        self.with_desegmenter(&target, |desegmenter| {
            desegmenter.check_update_leaf_set_state().or_failed()?;
            desegmenter
                .validate_complete_state(status, self.stop.clone())
                .or_failed()
        })?;
        // That it was stopped is no error.
        if self.chain.head().or_failed()?.last_block_h != target.hash() {
            return Err(Fault::failed("the validation was stopped"));
        }
        *import = Import::default();
        Ok(())
    }

    /// Drops the state and all of an import; headers stay. (grin_servers, state_sync.)
    pub fn reset_state(&self) -> Outcome<()> {
        let mut import = self.import.write();
        if let Some(target) = import.target.take() {
            self.with_desegmenter(&target, |desegmenter| {
                desegmenter.reset();
                Ok(())
            })?;
        }
        *import = Import::default();
        self.save_pibd_head()?;
        self.chain.reset_chain_head_to_genesis().or_failed()?;
        self.chain.reset_prune_lists().or_failed()
    }

    /// Until an import has ended genesis is the body head. Grin would accept the block after it, and take the state back
    /// to it.
    pub(crate) fn is_importing_state(&self) -> Outcome<bool> {
        let imported = self.chain.store().pibd_head().or_failed()?;
        let head = self.chain.head().or_failed()?;
        Ok(self.import.read().target.is_some() || imported.height > head.height)
    }

    /// Ends a validation of a state that another thread waits for, and every later one.
    pub fn stop(&self) {
        self.stop.stop();
    }

    fn with_desegmenter<T>(
        &self,
        target: &BlockHeader,
        act: impl FnOnce(&mut Desegmenter) -> Outcome<T>,
    ) -> Outcome<T> {
        let shared = self.chain.desegmenter(target).or_failed()?;
        let mut shared = shared.write();
        let desegmenter = shared.as_mut().ok_or_else(|| Fault::failed("none"))?;
        act(desegmenter)
    }

    /// The bitmap of the import, which Grin keeps with the state once it is whole.
    fn unspent(&self, target: &BlockHeader) -> Outcome<Vec<bool>> {
        let headers = self.chain.header_pmmr();
        let state = self.chain.txhashset();
        let (headers, state) = (&mut headers.write(), &mut state.write());
        let bitmap = txhashset::extending_readonly(headers, state, |pair, _| {
            pair.extension.bitmap_accumulator().as_bitmap()
        });
        let bitmap = bitmap.or_failed()?;
        let outputs = 0..target.output_mmr_count();
        Ok(outputs
            .map(|output| bitmap.contains(output as u32))
            .collect())
    }

    fn sizes(&self) -> Sizes {
        let state = self.chain.txhashset();
        let state = state.read();
        Sizes {
            outputs: state.output_mmr_size(),
            range_proofs: state.rangeproof_mmr_size(),
            kernels: state.kernel_mmr_size(),
        }
    }
}

/// Of our MMRs, in nodes.
struct Sizes {
    outputs: u64,
    range_proofs: u64,
    kernels: u64,
}

impl Sizes {
    fn leaves(&self) -> u64 {
        [self.outputs, self.range_proofs, self.kernels]
            .map(grin_core::core::pmmr::n_leaves)
            .iter()
            .sum()
    }
}

impl Import {
    fn target(&self) -> Outcome<BlockHeader> {
        self.target
            .clone()
            .ok_or_else(|| refused("no import has begun"))
    }
}

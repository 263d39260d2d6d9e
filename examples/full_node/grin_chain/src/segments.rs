//! Segments of our state for peers, and their messages.

use grin_chain::txhashset::{BitmapChunk, BitmapSegment};
use grin_chain::Error;
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::segment::SegmentType;
use grin_core::core::{BlockHeader, Segment, SegmentIdentifier};
use grin_core::ser::{ProtocolVersion, Readable, Writeable};

use crate::node::Node;
use crate::reading;
use crate::verdict::{Fault, OrFailed, Outcome, Verdict};

/// In the order of the protocol's message codes; the numbers are part of the C interface.
pub fn segment_type(number: u8) -> Option<SegmentType> {
    match number {
        0 => Some(SegmentType::Bitmap),
        1 => Some(SegmentType::Output),
        2 => Some(SegmentType::RangeProof),
        3 => Some(SegmentType::Kernel),
        _ => None,
    }
}

/// Heights that Grin serves. (grin_servers, *_SEGMENT_HEIGHT_RANGE.)
fn is_served(which: &SegmentType, height: u8) -> bool {
    match which {
        SegmentType::Bitmap | SegmentType::Kernel => (9..14).contains(&height),
        SegmentType::Output => (11..16).contains(&height),
        SegmentType::RangeProof => (7..12).contains(&height),
    }
}

/// Outputs whose bits are one leaf of the bitmap.
const CHUNK: u64 = 1024;

fn leaves(which: &SegmentType, header: &BlockHeader) -> u64 {
    match which {
        SegmentType::Bitmap => header.output_mmr_count().div_ceil(CHUNK),
        SegmentType::Output | SegmentType::RangeProof => header.output_mmr_count(),
        SegmentType::Kernel => header.kernel_mmr_count(),
    }
}

impl Node {
    /// The body of the response to a request for a segment. Only those of the block whose state is served now exist. The
    /// first call after that has changed takes long.
    pub fn segment(
        &self,
        which: SegmentType,
        block: Hash,
        id: SegmentIdentifier,
        version: ProtocolVersion,
    ) -> Outcome<Vec<u8>> {
        let served = self.chain.txhashset_archive_header().or_failed()?;
        let exists =
            |id: SegmentIdentifier| id.idx < leaves(&which, &served).div_ceil(1 << id.height);
        if served.hash() != block || !is_served(&which, id.height) || !exists(id) {
            return Err(Fault::new(Verdict::Absent, "no such segment is served"));
        }
        let segmenter = self.chain.segmenter().or_failed()?;
        match which {
            SegmentType::Bitmap => {
                let (segment, root) = segmenter.bitmap_segment(id).map_err(absent)?;
                message(block, &BitmapSegment::from(segment), Some(root), version)
            }
            SegmentType::Output => {
                let (segment, root) = segmenter.output_segment(id).map_err(absent)?;
                message(block, &segment, Some(root), version)
            }
            SegmentType::RangeProof => {
                let segment = segmenter.rangeproof_segment(id).map_err(absent)?;
                message(block, &segment, None, version)
            }
            SegmentType::Kernel => {
                let segment = segmenter.kernel_segment(id).map_err(absent)?;
                message(block, &segment, None, version)
            }
        }
    }
}

/// Until its state is compacted a node may lack hashes of it.
fn absent(error: Error) -> Fault {
    match error {
        Error::SegmentError { source } => Fault::new(Verdict::Absent, source.to_string()),
        other => Fault::failed(other),
    }
}

fn message<T: Writeable>(
    block: Hash,
    segment: &T,
    root: Option<Hash>,
    version: ProtocolVersion,
) -> Outcome<Vec<u8>> {
    let mut body = block.to_vec();
    body.extend(reading::written(segment, version)?);
    body.extend(root.iter().flat_map(|root| root.to_vec()));
    Ok(body)
}

/// A response that a peer has sent.
pub struct Response<T> {
    pub block: Hash,
    pub segment: Segment<T>,
    /// Of the output MMR in the response with a bitmap segment, of the bitmap in that with an output segment.
    pub other_root: Option<Hash>,
}

pub fn response<T: Readable>(
    bytes: &[u8],
    has_root: bool,
    version: ProtocolVersion,
) -> Outcome<Response<T>> {
    let (block, segment, other_root) = fields(bytes, has_root, version)?;
    Ok(Response {
        block,
        segment,
        other_root,
    })
}

pub fn bitmap_response(bytes: &[u8], version: ProtocolVersion) -> Outcome<Response<BitmapChunk>> {
    let (block, segment, other_root) = fields::<BitmapSegment>(bytes, true, version)?;
    Ok(Response {
        block,
        segment: segment.into_segment().map_err(reading::invalid)?,
        other_root,
    })
}

fn fields<T: Readable>(
    mut bytes: &[u8],
    has_root: bool,
    version: ProtocolVersion,
) -> Outcome<(Hash, T, Option<Hash>)> {
    let rest = &mut bytes;
    let block = reading::next(rest, version).map_err(reading::invalid)?;
    let segment = reading::next(rest, version).map_err(reading::invalid)?;
    let root = has_root.then(|| reading::next(rest, version).map_err(reading::invalid));
    let root = root.transpose()?;
    reading::expect_end(bytes)?;
    Ok((block, segment, root))
}

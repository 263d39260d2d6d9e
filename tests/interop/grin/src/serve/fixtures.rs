//! What `vectors` wrote, found by what peers ask for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use grin_chain::txhashset::BitmapChunk;
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{
    Block, BlockHeader, CompactBlock, OutputIdentifier, Segment, SegmentIdentifier, Transaction,
    TxKernel,
};
use grin_core::global::header_size_bytes;
use grin_core::pow;
use grin_core::ser::{ProtocolVersion, Readable};
use grin_p2p::msg::{OutputBitmapSegmentResponse, OutputSegmentResponse, SegmentResponse};
use grin_util::secp::pedersen::RangeProof;

use crate::message;

type Segments<T> = HashMap<(Hash, u8, u64), T>;

pub struct Fixtures {
    /// By height, from genesis on.
    pub headers: Vec<BlockHeader>,
    pub archive_header: BlockHeader,
    pub archive: Option<PathBuf>,
    pub blocks: HashMap<String, Block>,
    pub compact_blocks: HashMap<String, CompactBlock>,
    pub transactions: HashMap<String, Transaction>,
    pub bitmap_segments: Segments<(Segment<BitmapChunk>, Hash)>,
    pub output_segments: Segments<(Segment<OutputIdentifier>, Hash)>,
    pub rangeproof_segments: Segments<Segment<RangeProof>>,
    pub kernel_segments: Segments<Segment<TxKernel>>,
}

pub fn key(block: Hash, id: SegmentIdentifier) -> (Hash, u8, u64) {
    (block, id.height, id.idx)
}

/// Whether a segment is as it was before the chain was compacted.
fn is_whole(shape: &str) -> bool {
    !shape.starts_with("pruned_")
}

fn from_hex(path: &Path) -> Vec<u8> {
    let text = fs::read_to_string(path).expect("test data");
    grin_util::from_hex(text.trim()).expect("hexadecimal")
}

/// The messages in a folder by shape, at the newest version.
fn read_all<T: Readable>(folder: &Path) -> HashMap<String, T> {
    let mut found = HashMap::new();
    for entry in fs::read_dir(folder).expect("test data") {
        let path = entry.expect("test data").path();
        let file = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let shape = file.strip_suffix(".v1000.hex").or_else(|| {
            let alone = file.strip_suffix(".hex");
            alone.filter(|shape| !shape.contains('.'))
        });
        if let Some(shape) = shape {
            found.insert(
                shape.into(),
                message::read(&from_hex(&path), ProtocolVersion(1000)),
            );
        }
    }
    found
}

fn read_headers(path: &Path) -> Vec<BlockHeader> {
    let body = from_hex(path);
    let mut rest = &body[2..];
    let mut headers = vec![pow::mine_genesis_block().expect("it can be mined").header];
    while !rest.is_empty() {
        let size = header_size_bytes(rest[246]);
        headers.push(message::read(&rest[..size], ProtocolVersion(1000)));
        rest = &rest[size..];
    }
    headers
}

impl Fixtures {
    pub fn read(data: &Path, archive: Option<PathBuf>) -> Fixtures {
        let mined = data.join("messages/automated");
        let headers_folder = read_all::<BlockHeader>(&mined.join("header"));
        let bitmaps = read_all::<OutputBitmapSegmentResponse>(&mined.join("output_bitmap_segment"));
        let outputs = read_all::<OutputSegmentResponse>(&mined.join("output_segment"));
        let proofs = read_all::<SegmentResponse<RangeProof>>(&mined.join("range_proof_segment"));
        let kernels = read_all::<SegmentResponse<TxKernel>>(&mined.join("kernel_segment"));
        Fixtures {
            headers: read_headers(&mined.join("headers/512.hex")),
            archive_header: headers_folder["archive"].clone(),
            archive,
            blocks: read_all(&mined.join("block")),
            compact_blocks: read_all(&mined.join("compact_block")),
            transactions: read_all(data),
            bitmap_segments: bitmaps
                .into_values()
                .map(|each| {
                    let segment = each.segment.into_segment().expect("a segment");
                    (
                        key(each.block_hash, segment.identifier()),
                        (segment, each.output_root),
                    )
                })
                .collect(),
            output_segments: outputs
                .into_iter()
                .filter(|(shape, _)| is_whole(shape))
                .map(|(_, each)| {
                    let at = key(each.response.block_hash, each.response.segment.identifier());
                    (at, (each.response.segment, each.output_bitmap_root))
                })
                .collect(),
            rangeproof_segments: proofs
                .into_iter()
                .filter(|(shape, _)| is_whole(shape))
                .map(|(_, each)| {
                    (
                        key(each.block_hash, each.segment.identifier()),
                        each.segment,
                    )
                })
                .collect(),
            kernel_segments: kernels
                .into_values()
                .map(|each| {
                    (
                        key(each.block_hash, each.segment.identifier()),
                        each.segment,
                    )
                })
                .collect(),
        }
    }

    pub fn block(&self, hash: &Hash) -> Option<&Block> {
        self.blocks.values().find(|each| each.hash() == *hash)
    }

    /// What follows the first known hash; nothing if none is known.
    pub fn after(&self, locator: &[Hash]) -> Vec<BlockHeader> {
        let place = |hash: &Hash| self.headers.iter().position(|each| each.hash() == *hash);
        match locator.iter().find_map(place) {
            Some(known) => self
                .headers
                .iter()
                .skip(known + 1)
                .take(512)
                .cloned()
                .collect(),
            None => vec![],
        }
    }
}

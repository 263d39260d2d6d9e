//! Segments of the ranges of outputs, range proofs, kernels, and of the bitmap of what is unspent.

use std::path::Path;

use grin_chain::txhashset::{BitmapAccumulator, BitmapChunk, BitmapSegment, Segmenter};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::pmmr::{VecBackend, PMMR};
use grin_core::core::{Output, OutputIdentifier, Segment, SegmentIdentifier, TxKernel};
use grin_core::ser::{PMMRable, Readable, Writeable};
use grin_p2p::msg::{OutputBitmapSegmentResponse, OutputSegmentResponse, SegmentResponse};

use crate::chain::Mined;
use crate::message::{name_of, Message};

/// The folder of one network's segments, all asked for at one block.
struct Writer<'a> {
    folder: &'a Path,
    chain: &'static str,
    block_hash: Hash,
}

impl Writer<'_> {
    fn message(&self, name: &str) -> Message {
        Message::new(self.folder, self.chain, name)
    }

    fn save<T: Readable + Writeable>(&self, name: &str, shape: &str, segment: Segment<T>) {
        let block_hash = self.block_hash;
        let answer = SegmentResponse {
            block_hash,
            segment,
        };
        self.message(name).save(shape, &answer);
    }

    fn save_outputs(&self, shape: &str, segment: Segment<OutputIdentifier>, bitmap_root: Hash) {
        let answer = OutputSegmentResponse {
            response: SegmentResponse {
                block_hash: self.block_hash,
                segment,
            },
            output_bitmap_root: bitmap_root,
        };
        self.message("output_segment").save(shape, &answer);
    }

    fn save_bitmap(&self, shape: &str, segment: Segment<BitmapChunk>, output_root: Hash) {
        let answer = OutputBitmapSegmentResponse {
            block_hash: self.block_hash,
            segment: BitmapSegment::from(segment),
            output_root,
        };
        self.message("output_bitmap_segment").save(shape, &answer);
    }
}

fn segment_of<T>(leaves: &[T], id: SegmentIdentifier) -> Segment<T>
where
    T: PMMRable<E = T> + Readable + std::fmt::Debug,
{
    let mut backend = VecBackend::new();
    let mut range = PMMR::new(&mut backend);
    for leaf in leaves {
        range.push(leaf).expect("it takes a leaf");
    }
    Segment::from_pmmr(id, &range.readonly_pmmr(), false).expect("it has the segment")
}

/// Each bitmap by a rule that its reader can follow, too: whether output i is unspent.
fn write_bitmaps(writer: &Writer) {
    let rules: [(&str, u64, fn(u64) -> bool); 4] = [
        ("sparse", 200_000, |i| i % 701 == 3),
        ("dense", 200_000, |i| i % 997 != 5),
        ("mixed", 100_000, |i| i * i % 7 < 3),
        ("short", 3_000, |i| i % 5 == 0),
    ];
    for (shape, size, rule) in rules {
        let mut bits = BitmapAccumulator::new();
        bits.init((0..size).filter(|i| rule(*i)), size)
            .expect("it takes bits");
        let id = SegmentIdentifier { height: 9, idx: 0 };
        let segment = Segment::from_pmmr(id, &bits.readonly_pmmr(), false).expect("it is there");
        writer.save_bitmap(shape, segment, name_of(8));
    }
}

pub fn write_usernet(folder: &Path, outputs: &[Output], kernels: &[TxKernel]) {
    let writer = Writer {
        folder,
        chain: "usernet",
        block_hash: name_of(7),
    };
    let names: Vec<OutputIdentifier> = outputs.iter().map(|each| each.identifier()).collect();
    let proofs: Vec<_> = outputs.iter().map(|each| each.proof).collect();
    for (shape, height, idx) in [("whole", 2u8, 0u64), ("last", 1, 1)] {
        let id = SegmentIdentifier { height, idx };
        writer.save_outputs(shape, segment_of(&names, id), name_of(8));
        writer.save("range_proof_segment", shape, segment_of(&proofs, id));
        writer.save("kernel_segment", shape, segment_of(kernels, id));
    }
    write_bitmaps(&writer);
}

fn named(state: &str, height: u8, idx: u64) -> (String, SegmentIdentifier) {
    let shape = format!("{state}height_{height}_index_{idx}");
    (shape, SegmentIdentifier { height, idx })
}

/// The segments a node would answer with, each checked against the header's roots as the node that asked would.
fn write_outputs(writer: &Writer, segmenter: &Segmenter, state: &str) {
    let header = segmenter.header();
    let size = header.output_mmr_size;
    let id = SegmentIdentifier { height: 0, idx: 0 };
    let (bits, _) = segmenter.bitmap_segment(id).expect("a bitmap");
    let mut bitmap = BitmapAccumulator::new();
    for (_, chunk) in bits.leaf_iter() {
        bitmap.append_chunk(chunk.clone()).expect("it takes bits");
    }
    let unspent = bitmap.as_bitmap().expect("bits");
    for (height, idx) in [(1, 0), (2, 0), (2, 1), (3, 0), (5, 15), (9, 0)] {
        let (shape, id) = named(state, height, idx);
        let (segment, bitmap_root) = segmenter.output_segment(id).expect("it is there");
        let root = header.output_root;
        segment
            .validate_with(size, Some(&unspent), root, size, bitmap_root, false)
            .expect("it is valid");
        writer.save_outputs(&shape, segment, bitmap_root);
    }
    for (height, idx) in [(1, 0), (2, 0), (2, 1), (3, 0), (5, 15)] {
        let (shape, id) = named(state, height, idx);
        let segment = segmenter.rangeproof_segment(id).expect("it is there");
        segment
            .validate(size, Some(&unspent), header.range_proof_root)
            .expect("it is valid");
        writer.save("range_proof_segment", &shape, segment);
    }
}

fn write_kernels_and_bitmap(writer: &Writer, segmenter: &Segmenter) {
    let header = segmenter.header();
    for (height, idx) in [(0, 9), (2, 0), (3, 1), (4, 0), (5, 15)] {
        let (shape, id) = named("", height, idx);
        let segment = segmenter.kernel_segment(id).expect("it is there");
        segment
            .validate(header.kernel_mmr_size, None, header.kernel_root)
            .expect("it is valid");
        writer.save("kernel_segment", &shape, segment);
    }
    let (shape, id) = named("", 9, 0);
    let (segment, output_root) = segmenter.bitmap_segment(id).expect("it is there");
    let root = header.output_root;
    segment
        .validate_with(1, None, root, header.output_mmr_size, output_root, true)
        .expect("it is valid");
    writer.save_bitmap(&shape, segment, output_root);
}

pub fn write_mined(folder: &Path, mined: &Mined) {
    let segmenter = mined.chain.segmenter().expect("the chain is long enough");
    let writer = Writer {
        folder,
        chain: "automated",
        block_hash: segmenter.header().hash(),
    };
    write_kernels_and_bitmap(&writer, &segmenter);
    write_outputs(&writer, &segmenter, "");
    mined.chain.compact().expect("it compacts");
    write_outputs(&writer, &segmenter, "pruned_");
}

//! What reading and writing bulky messages costs grin_core: the median of several batches, in nanoseconds of CPU time, as
//! pappus is measured.

use std::hint::black_box;
use std::path::Path;
use std::time::Duration;
use std::{fs, process};

use bytes::{Buf, Bytes};
use grin_core::core::hash::{Hash, Hashed};
use grin_core::core::{Block, BlockHeader, Segment, Transaction};
use grin_core::global::{self, ChainTypes};
use grin_core::ser::{
    self, BufReader, Error, ProtocolVersion, Readable, Reader, Writeable, Writer,
};
use grin_util::secp::pedersen::RangeProof;

const VERSION: ProtocolVersion = ProtocolVersion(1000);
const BATCHES: u32 = 11;

/// A batch of headers as the reader of trusted bytes takes it; that of others verifies proofs of work.
struct Headers(Vec<BlockHeader>);

impl Readable for Headers {
    fn read<R: Reader>(reader: &mut R) -> Result<Self, Error> {
        let count = reader.read_u16()?;
        (0..count)
            .map(|_| BlockHeader::read(reader))
            .collect::<Result<_, _>>()
            .map(Headers)
    }
}

impl Writeable for Headers {
    fn write<W: Writer>(&self, writer: &mut W) -> Result<(), Error> {
        writer.write_u16(self.0.len() as u16)?;
        self.0.iter().try_for_each(|each| each.write(writer))
    }
}

struct RangeProofs(Hash, Segment<RangeProof>);

impl Readable for RangeProofs {
    fn read<R: Reader>(reader: &mut R) -> Result<Self, Error> {
        Ok(RangeProofs(
            Readable::read(reader)?,
            Readable::read(reader)?,
        ))
    }
}

impl Writeable for RangeProofs {
    fn write<W: Writer>(&self, writer: &mut W) -> Result<(), Error> {
        self.0.write(writer)?;
        self.1.write(writer)
    }
}

/// As Grin's p2p codec reads a message's body.
fn decode<T: Readable>(body: &Bytes) -> T {
    let mut rest = body.clone();
    let value = T::read(&mut BufReader::new(&mut rest, VERSION)).expect("Grin can read it");
    assert!(!rest.has_remaining());
    value
}

/// CPU time of this thread.
fn cpu_time() -> Duration {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `now` is valid for writes.
    assert!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) } == 0);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Nanoseconds a call.
fn measure(seconds: f64, mut call: impl FnMut()) -> f64 {
    call();
    let batch = Duration::from_secs_f64(seconds / f64::from(BATCHES));
    let mut costs: Vec<f64> = (0..BATCHES)
        .map(|_| {
            let start = cpu_time();
            let mut calls = 0;
            while cpu_time() - start < batch || calls == 0 {
                for _ in 0..16 {
                    call();
                }
                calls += 16;
            }
            (cpu_time() - start).as_nanos() as f64 / f64::from(calls)
        })
        .collect();
    costs.sort_by(f64::total_cmp);
    costs[costs.len() / 2]
}

fn bench<T: Readable + Writeable>(folder: &Path, name: &str, seconds: f64) {
    let body = fs::read(folder.join(format!("{name}.body"))).expect("the body is there");
    let body = Bytes::from(body);
    let decoding = measure(seconds, || {
        black_box(decode::<T>(black_box(&body)));
    });
    let value = decode::<T>(&body);
    assert!(ser::ser_vec(&value, VERSION).expect("it can be written") == body);
    let encoding = measure(seconds, || {
        black_box(ser::ser_vec(black_box(&value), VERSION).expect("it can be written"));
    });
    println!("{name} decode {decoding:.1}\n{name} encode {encoding:.1}");
}

/// Headers and the hashes that name their blocks, which the reader of trusted bytes leaves for later.
fn bench_hashes(folder: &Path, seconds: f64) {
    let body = Bytes::from(fs::read(folder.join("headers.body")).expect("the body is there"));
    let taken = measure(seconds, || {
        let read = decode::<Headers>(black_box(&body));
        read.0.iter().for_each(|each| {
            black_box(each.hash());
        });
    });
    println!("headers decode_and_hash {taken:.1}");
}

pub fn run(folder: &Path, seconds: &str) {
    let Ok(seconds) = seconds.parse() else {
        eprintln!("pappus-grin: '{seconds}' is no number of seconds");
        process::exit(2);
    };
    global::set_local_chain_type(ChainTypes::Testnet);
    global::set_local_nrd_enabled(true);
    bench::<Transaction>(folder, "transaction", seconds);
    bench::<Block>(folder, "block", seconds);
    bench::<Headers>(folder, "headers", seconds);
    bench_hashes(folder, seconds);
    bench::<RangeProofs>(folder, "range_proof_segment", seconds);
}

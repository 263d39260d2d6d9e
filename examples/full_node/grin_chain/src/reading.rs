//! Reading of bytes that peers have sent. Grin's `Untrusted` types also verify what needs no chain: proofs of work, times
//! and weights.

use chrono::{DateTime, Duration, Utc};
use grin_core::core::{
    Block, BlockHeader, CompactBlock, Transaction, UntrustedBlock, UntrustedBlockHeader,
    UntrustedCompactBlock,
};
use grin_core::ser::{self, DeserializationMode, ProtocolVersion, Readable, Writeable};
use grin_core::{consensus, global, pow};

use crate::verdict::{Fault, OrFailed, Outcome, Verdict};

/// The form in which Grin keeps and hashes things; headers and segments have no other.
pub const LATEST: ProtocolVersion = ProtocolVersion(1000);

/// Reads one value and leaves the bytes after it.
pub fn next<T: Readable>(bytes: &mut &[u8], version: ProtocolVersion) -> Result<T, ser::Error> {
    ser::deserialize(bytes, version, DeserializationMode::default())
}

/// Reads one value that takes all the bytes.
pub fn whole<T: Readable>(mut bytes: &[u8], version: ProtocolVersion) -> Outcome<T> {
    let value = next(&mut bytes, version).map_err(invalid)?;
    expect_end(bytes)?;
    Ok(value)
}

pub fn written<T: Writeable>(value: &T, version: ProtocolVersion) -> Outcome<Vec<u8>> {
    ser::ser_vec(value, version).or_failed()
}

/// Reads consecutive headers up to the first that cannot be read, and why not.
pub fn headers(mut bytes: &[u8]) -> (Vec<BlockHeader>, Option<Fault>) {
    let mut read = vec![];
    while !bytes.is_empty() {
        match with_header::<UntrustedBlockHeader>(&mut bytes, LATEST) {
            Ok(header) => read.push(header.into()),
            Err(fault) => return (read, Some(fault)),
        }
    }
    (read, None)
}

/// Inputs lose the features that come with them up to version 2: nothing in the header covers them, so that a node on
/// the way could have changed them.
pub fn block(mut bytes: &[u8], version: ProtocolVersion) -> Outcome<Block> {
    let mut block: Block = with_header::<UntrustedBlock>(&mut bytes, version)?.into();
    expect_end(bytes)?;
    let inputs: Vec<_> = block.inputs().into();
    block.body = block.body.replace_inputs(inputs.as_slice().into());
    Ok(block)
}

pub fn compact_block(mut bytes: &[u8], version: ProtocolVersion) -> Outcome<CompactBlock> {
    let block = with_header::<UntrustedCompactBlock>(&mut bytes, version)?;
    expect_end(bytes)?;
    Ok(block.into())
}

/// Grin reads transactions with the checks of an untrusted one always.
pub fn transaction(bytes: &[u8], version: ProtocolVersion) -> Outcome<Transaction> {
    whole(bytes, version)
}

/// Transactions one after the other.
pub fn transactions(mut bytes: &[u8]) -> Outcome<Vec<Transaction>> {
    let mut read = vec![];
    while !bytes.is_empty() {
        read.push(next(&mut bytes, LATEST).map_err(invalid)?);
    }
    Ok(read)
}

/// Grin's reader does not say that it has rejected a header for its time alone.
fn with_header<T: Readable>(bytes: &mut &[u8], version: ProtocolVersion) -> Outcome<T> {
    let start = *bytes;
    let before = Utc::now();
    next(bytes, version).map_err(|error| match is_future(start, before) {
        true => Fault::new(Verdict::Future, "block time is too late"),
        false => invalid(error),
    })
}

fn is_future(mut bytes: &[u8], now: DateTime<Utc>) -> bool {
    let Ok(header) = next::<BlockHeader>(&mut bytes, LATEST) else {
        return false;
    };
    let limit = Duration::seconds(global::get_future_time_limit() as i64);
    header.timestamp > now + limit
        && consensus::valid_header_version(header.height, header.version)
        && (header.pow.is_primary() || header.pow.is_secondary())
        && pow::verify_size(&header).is_ok()
}

pub(crate) fn expect_end(rest: &[u8]) -> Outcome<()> {
    match rest.is_empty() {
        true => Ok(()),
        false => Err(Fault::new(Verdict::Invalid, "bytes are left")),
    }
}

pub(crate) fn invalid(error: ser::Error) -> Fault {
    Fault::new(Verdict::Invalid, error.to_string())
}

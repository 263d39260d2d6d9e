//! The functions with C linkage, as `face.h` declares them. None panics or throws: a panic inside is a failure.

mod chain;
mod life;
mod pool;
mod state;

use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr;

use grin_core::core::hash::Hash;

use crate::node::Node;
use crate::verdict::{Fault, Outcome, Verdict};

/// Bytes that belong to Rust until they are given to `pappus_grin_free`.
#[repr(C)]
pub struct Bytes {
    data: *mut u8,
    size: usize,
}

impl Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        if bytes.is_empty() {
            return Bytes {
                data: ptr::null_mut(),
                size: 0,
            };
        }
        let bytes = Box::leak(bytes.into_boxed_slice());
        Bytes {
            data: bytes.as_mut_ptr(),
            size: bytes.len(),
        }
    }
}

/// # Safety
/// `bytes` came from a function here, and is given back once.
#[no_mangle]
pub unsafe extern "C" fn pappus_grin_free(bytes: Bytes) {
    if !bytes.data.is_null() {
        let bytes = ptr::slice_from_raw_parts_mut(bytes.data, bytes.size);
        drop(Box::from_raw(bytes));
    }
}

/// Borrowed bytes of the caller.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct View {
    data: *const u8,
    size: usize,
}

impl View {
    /// # Safety
    /// The bytes are there and do not change until the call is over.
    unsafe fn bytes<'a>(self) -> &'a [u8] {
        match self.data.is_null() {
            true => &[],
            false => std::slice::from_raw_parts(self.data, self.size),
        }
    }

    /// # Safety
    /// As `bytes`.
    unsafe fn hash(self) -> Outcome<Hash> {
        let bytes = self.bytes();
        if bytes.len() != Hash::LEN {
            return Err(Fault::failed("a hash has 32 bytes"));
        }
        Ok(Hash::from_vec(bytes))
    }

    /// # Safety
    /// As `bytes`.
    unsafe fn text<'a>(self) -> Outcome<&'a str> {
        std::str::from_utf8(self.bytes()).map_err(Fault::failed)
    }
}

/// Puts the content of an answer into `out`, or why there is none, and returns the verdict.
///
/// # Safety
/// `out` can be written to, and what `act` borrows is there until the call is over.
unsafe fn answer(out: *mut Bytes, act: impl FnOnce() -> Outcome<Vec<u8>>) -> u8 {
    let outcome = catch_unwind(AssertUnwindSafe(act));
    let outcome = outcome.unwrap_or_else(|panic| Err(Fault::new(Verdict::Failed, text(&*panic))));
    let (verdict, content) = match outcome {
        Ok(content) => (Verdict::Accepted, content),
        Err(fault) => (fault.verdict, fault.reason.into_bytes()),
    };
    out.write(Bytes::from(content));
    verdict as u8
}

/// # Safety
/// As `answer`; `node` is open.
unsafe fn ask<'a>(
    node: *const Node,
    out: *mut Bytes,
    act: impl FnOnce(&'a Node) -> Outcome<Vec<u8>>,
) -> u8 {
    answer(out, || act(&*node))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("panic: {}", text.unwrap_or("of unknown cause"))
}

/// What succeeded without a result.
fn nothing(_: ()) -> Vec<u8> {
    vec![]
}

fn concat(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_vec()).collect()
}

/// Writes fields in the form of the protocol.
#[derive(Default)]
struct Fields(Vec<u8>);

impl Fields {
    fn u8(mut self, value: u8) -> Fields {
        self.0.push(value);
        self
    }

    fn u64(mut self, value: u64) -> Fields {
        self.0.extend(value.to_be_bytes());
        self
    }

    fn hash(mut self, value: &Hash) -> Fields {
        self.0.extend(value.to_vec());
        self
    }

    fn rest(mut self, value: &[u8]) -> Vec<u8> {
        self.0.extend(value);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(act: impl FnOnce() -> Outcome<Vec<u8>>) -> (u8, Vec<u8>) {
        let mut out = Bytes::from(vec![]);
        unsafe {
            let verdict = answer(&mut out, act);
            let view = View {
                data: out.data,
                size: out.size,
            };
            let content = view.bytes().to_vec();
            pappus_grin_free(out);
            (verdict, content)
        }
    }

    #[test]
    fn an_answer_has_its_content_and_a_fault_its_reason() {
        assert_eq!(answered(|| Ok(vec![1, 2])), (0, vec![1, 2]));
        assert_eq!(answered(|| Ok(vec![])), (0, vec![]));
        let invalid = || Err(Fault::new(Verdict::Invalid, "why"));
        assert_eq!(answered(invalid), (3, b"why".to_vec()));
    }

    #[test]
    fn a_panic_is_a_failure() {
        let (verdict, reason) = answered(|| panic!("at {}", 7));
        assert_eq!((verdict, reason), (7, b"panic: at 7".to_vec()));
    }

    #[test]
    fn a_hash_of_another_size_is_a_failure() {
        let short = [0; 31];
        let view = View {
            data: short.as_ptr(),
            size: short.len(),
        };
        let verdict = unsafe { view.hash() }.unwrap_err().verdict;
        assert_eq!(verdict, Verdict::Failed);
    }
}

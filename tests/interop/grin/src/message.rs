//! One message's folder, and how a body gets into it.

use std::fs;
use std::path::{Path, PathBuf};

use grin_core::core::hash::{Hash, Hashed};
use grin_core::ser::{self, DeserializationMode, ProtocolVersion, Readable, Writeable};
use grin_util::ToHex;

use crate::vectors::{write, VERSIONS};

pub struct Message {
    folder: PathBuf,
}

impl Message {
    pub fn new(folder: &Path, chain: &str, name: &str) -> Message {
        let folder = folder.join("messages").join(chain).join(name);
        fs::create_dir_all(&folder).expect("the folder can be made");
        Message { folder }
    }

    /// Once for each version, or once alone if they are all the same.
    pub fn write(&self, shape: &str, body: impl Fn(ProtocolVersion) -> Vec<u8>) {
        let bodies: Vec<String> = VERSIONS
            .iter()
            .map(|version| body(ProtocolVersion(*version)).to_hex())
            .collect();
        if bodies.iter().all(|each| *each == bodies[0]) {
            return write(&self.folder, &format!("{shape}.hex"), bodies[0].clone());
        }
        for (version, body) in VERSIONS.iter().zip(bodies) {
            write(&self.folder, &format!("{shape}.v{version}.hex"), body);
        }
    }

    /// What Grin's own reader must take back, too.
    pub fn save<T: Readable + Writeable>(&self, shape: &str, value: &T) {
        self.write(shape, |version| {
            let body = written(value, version);
            assert!(written(&read::<T>(&body, version), version) == body);
            body
        });
    }

    pub fn note(&self, shape: &str, what: &str, text: String) {
        write(&self.folder, &format!("{shape}.{what}"), text);
    }
}

pub fn written(value: &impl Writeable, version: ProtocolVersion) -> Vec<u8> {
    ser::ser_vec(value, version).expect("it can be written")
}

pub fn read<T: Readable>(mut body: &[u8], version: ProtocolVersion) -> T {
    let value = ser::deserialize(&mut body, version, DeserializationMode::default());
    assert!(body.is_empty());
    value.expect("Grin can read it")
}

/// A hash of nothing in particular.
pub fn name_of(n: u64) -> Hash {
    (n, n + 1).hash()
}

//! Random access to the bytes of a trajectory, and the errors that name a place in it.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

use crate::{Location, MoleculeError};

/// What is read: a file, or bytes in memory.
pub(super) trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

/// The bytes of a trajectory. Several threads may read.
pub(super) struct Source {
    /// Path as the caller gave it, for messages.
    pub(super) file: String,
    /// Number of bytes when the trajectory was opened.
    pub(super) length: u64,
    input: Mutex<Box<dyn Input>>,
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source")
            .field("file", &self.file)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl Source {
    pub(super) fn new(file: &str, mut input: Box<dyn Input>) -> io::Result<Self> {
        let length = input.seek(SeekFrom::End(0))?;
        Ok(Self {
            file: file.to_owned(),
            length,
            input: Mutex::new(input),
        })
    }

    /// Reads the bytes at an offset into all of `buffer`.
    pub(super) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), MoleculeError> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        input
            .seek(SeekFrom::Start(offset))
            .and_then(|_| input.read_exact(buffer))
            .map_err(|source| MoleculeError::Io {
                file: self.file.clone(),
                source,
            })
    }

    /// Reads `length` bytes at an offset, which must be within the file.
    pub(super) fn bytes(&self, offset: u64, length: u64) -> Result<Vec<u8>, MoleculeError> {
        // A length that a file declares is not trusted with memory.
        if offset
            .checked_add(length)
            .is_none_or(|end| end > self.length)
        {
            return Err(self.error(offset, format!("{length} bytes are not there")));
        }
        let mut bytes = vec![0; length as usize];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// The bytes between an offset and the end, at most `N`, filled up with zeros.
    pub(super) fn head<const N: usize>(&self, offset: u64) -> Result<[u8; N], MoleculeError> {
        let there = self.length.saturating_sub(offset).min(N as u64) as usize;
        let mut head = [0; N];
        self.read_at(offset, &mut head[..there])?;
        Ok(head)
    }

    /// The error for damaged data at a byte offset. `problem` names the frame, if it is in one.
    pub(super) fn error(&self, offset: u64, problem: impl fmt::Display) -> MoleculeError {
        MoleculeError::Syntax {
            location: Location::file(&self.file),
            problem: format!("byte {offset}: {problem}"),
            remedy: "give the whole file as the simulation program wrote it".to_owned(),
        }
    }

    /// The error for damaged data of a frame, which begins at a byte offset.
    pub(super) fn frame_error(
        &self,
        frame: usize,
        offset: u64,
        problem: impl fmt::Display,
    ) -> MoleculeError {
        self.error(offset, format_args!("frame {frame}: {problem}"))
    }
}

/// Reads numbers of a byte order one after the other. Beyond the end it reads zeros: callers check
/// the length before.
#[derive(Debug, Clone)]
pub(super) struct Numbers<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Numbers<'a> {
    pub(super) fn new(bytes: &'a [u8], is_big_endian: bool) -> Self {
        Self {
            bytes,
            is_big_endian,
        }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((head, rest)) = self.bytes.split_first_chunk::<N>() else {
            self.bytes = &[];
            return [0; N];
        };
        self.bytes = rest;
        let mut head = *head;
        if !self.is_big_endian {
            head.reverse();
        }
        head
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.bytes = self.bytes.get(bytes..).unwrap_or_default();
    }

    pub(super) fn i32(&mut self) -> i32 {
        i32::from_be_bytes(self.take())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.take())
    }

    pub(super) fn f32(&mut self) -> f32 {
        f32::from_be_bytes(self.take())
    }

    pub(super) fn f64(&mut self) -> f64 {
        f64::from_be_bytes(self.take())
    }

    /// Three numbers of 4 bytes.
    pub(super) fn i32s(&mut self) -> [i32; 3] {
        [self.i32(), self.i32(), self.i32()]
    }
}

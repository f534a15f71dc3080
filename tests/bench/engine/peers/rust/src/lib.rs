//! What both programs share: files in and out, a line a document.

use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};

/// Name of the pipeline, text of the input, and where the answer goes.
pub fn arguments() -> (String, Vec<u8>, BufWriter<File>) {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().expect("usage: PIPELINE SOURCE TARGET");
    let (name, source, target) = (next(), next(), next());
    let text = std::fs::read(source).expect("the source can be read");
    let target = File::create(target).expect("the target can be written");
    (name, text, BufWriter::with_capacity(1 << 20, target))
}

pub fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

pub fn write_line<T: Serialize>(out: &mut impl Write, row: &T) {
    serde_json::to_writer(&mut *out, row).expect("a row is written");
    out.write_all(b"\n").expect("a row is written");
}

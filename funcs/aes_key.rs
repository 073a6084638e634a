//! The key and the blocks of `AES_ENCRYPT` and `AES_DECRYPT`.

use aes::cipher::KeyInit;
use aes::{Aes128, Block};
use obelus_core::function::{FunctionArguments, FunctionError};

/// The cipher of the first argument.
pub(crate) fn cipher(arguments: &FunctionArguments<'_>) -> Result<Aes128, FunctionError> {
    Aes128::new_from_slice(arguments.text(0).as_bytes())
        .map_err(|_| FunctionError::arguments("the key must have exactly 16 characters"))
}

/// Bytes in blocks, the last one filled with zeros.
pub(crate) fn in_blocks(bytes: &[u8]) -> Vec<Block> {
    let block = |chunk: &[u8]| {
        let mut block = Block::default();
        block.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        block
    };
    bytes.chunks(16).map(block).collect()
}

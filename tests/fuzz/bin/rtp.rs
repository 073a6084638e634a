//! The fuzzer's entry to `obelus_fuzz::rtp`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| obelus_fuzz::rtp(data));

//! The fuzzer's entry to `obelus_fuzz::ami`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| obelus_fuzz::ami(data));

//! The fuzzer's entry to `obelus_fuzz::sip_framing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| obelus_fuzz::sip_framing(data));

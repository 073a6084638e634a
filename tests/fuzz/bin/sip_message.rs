//! The fuzzer's entry to `obelus_fuzz::sip_message`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| obelus_fuzz::sip_message(data));

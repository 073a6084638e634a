//! The channel driver for SIP, technology PJSIP.

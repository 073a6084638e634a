//! The channel driver for Local: a call into the dialplan.

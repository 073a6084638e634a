//! Dialplan functions, one file each.

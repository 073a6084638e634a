//! Dialplan applications, one file each.

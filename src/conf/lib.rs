//! The .conf format of Asterisk: text to sections with file and line, and typed reading on top.

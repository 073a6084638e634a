//! The language of extensions.conf: extensions, patterns, expressions and substitution.

//! SQLite behind its own thread: the key store and registrations.

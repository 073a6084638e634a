//! The stories, by what they are about.

mod agi;
mod ami;
mod baresip;
mod calls;
mod checking;
mod console;
mod first_start;
mod killed;
mod life;
mod media;
mod protocol;
mod registering;
mod sipp;

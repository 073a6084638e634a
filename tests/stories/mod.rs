//! The stories, by what they are about.

mod ami;
mod baresip;
mod calls;
mod checking;
mod console;
mod first_start;
mod media;
mod registering;

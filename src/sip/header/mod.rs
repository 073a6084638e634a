//! Header fields: their names, and one typed view per kind of value.

mod auth;
mod content_type;
mod cseq;
mod date;
mod name;
mod name_addr;
mod params;
mod rack;
mod reason;
mod replaces;
mod retry_after;
mod session_expires;
mod value;
mod via;

pub use crate::grammar::Elements;
pub use auth::{AuthParam, AuthParams, AuthValue};
pub use content_type::ContentType;
pub use cseq::CSeq;
pub use date::{format_date, parse_date};
pub use name::Name;
pub use name_addr::{Contact, NameAddr, NameAddrs, format_name_addr};
pub use params::{Param, ParamIter, Params};
pub use rack::RAck;
pub use reason::Reason;
pub use replaces::Replaces;
pub use retry_after::RetryAfter;
pub use session_expires::{Refresher, SessionExpires};
pub use value::Value;
pub(crate) use via::MAGIC_COOKIE;
pub use via::{Rport, Via};

//! What `cdr.conf` says about how records are derived.

/// The options of the derivation, with Asterisk's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CdrOptions {
    /// `unanswered`: keep records of unanswered calls that rang nobody.
    pub unanswered: bool,
    /// `congestion`: congested calls are told apart from failed ones.
    pub congestion: bool,
    /// `canceldispositionenabled`: calls that the caller gave up are told apart from unanswered ones.
    pub cancel: bool,
    /// `endbeforehexten`: the extension `h` and hang-up handlers do not count.
    pub end_before_h: bool,
    /// `initiatedseconds`: a second that is half over is billed.
    pub initiated_seconds: bool,
    /// `channeldefaultenabled`: whether channels have records unless `CDR_PROP(disable)` says otherwise.
    pub enabled: bool,
    /// `ignorestatechanges`: bridges do not change records.
    pub ignore_bridges: bool,
    /// `ignoredialchanges`: dialling does not make records of its own.
    pub ignore_dials: bool,
}

impl Default for CdrOptions {
    fn default() -> CdrOptions {
        CdrOptions {
            unanswered: false,
            congestion: false,
            cancel: false,
            end_before_h: true,
            initiated_seconds: false,
            enabled: true,
            ignore_bridges: false,
            ignore_dials: false,
        }
    }
}

//! `Name`: the header fields that SIP defines, with their compact forms.

use std::fmt;

macro_rules! names {
    ($($variant:ident $text:literal $compact:literal;)*) => {
        /// A header field's name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Name {
            $(#[doc = concat!("`", $text, "`.")] $variant,)*
            /// A name that no document known here defines; its text is kept beside it.
            Other,
        }

        const TABLE: &[(Name, &str, u8)] = &[$((Name::$variant, $text, $compact),)*];
    };
}

names! {
    Accept "Accept" 0;
    AcceptContact "Accept-Contact" b'a';
    AcceptEncoding "Accept-Encoding" 0;
    AcceptLanguage "Accept-Language" 0;
    AlertInfo "Alert-Info" 0;
    Allow "Allow" 0;
    AllowEvents "Allow-Events" b'u';
    AuthenticationInfo "Authentication-Info" 0;
    Authorization "Authorization" 0;
    CallId "Call-ID" b'i';
    CallInfo "Call-Info" 0;
    Contact "Contact" b'm';
    ContentDisposition "Content-Disposition" 0;
    ContentEncoding "Content-Encoding" b'e';
    ContentLanguage "Content-Language" 0;
    ContentLength "Content-Length" b'l';
    ContentType "Content-Type" b'c';
    CSeq "CSeq" 0;
    Date "Date" 0;
    Diversion "Diversion" 0;
    ErrorInfo "Error-Info" 0;
    Event "Event" b'o';
    Expires "Expires" 0;
    FlowTimer "Flow-Timer" 0;
    From "From" b'f';
    Geolocation "Geolocation" 0;
    HistoryInfo "History-Info" 0;
    Identity "Identity" b'y';
    IdentityInfo "Identity-Info" b'n';
    InfoPackage "Info-Package" 0;
    InReplyTo "In-Reply-To" 0;
    Join "Join" 0;
    MaxForwards "Max-Forwards" 0;
    MimeVersion "MIME-Version" 0;
    MinExpires "Min-Expires" 0;
    MinSe "Min-SE" 0;
    Organization "Organization" 0;
    PAccessNetworkInfo "P-Access-Network-Info" 0;
    PAssertedIdentity "P-Asserted-Identity" 0;
    PAssociatedUri "P-Associated-URI" 0;
    Path "Path" 0;
    PChargingVector "P-Charging-Vector" 0;
    PEarlyMedia "P-Early-Media" 0;
    PPreferredIdentity "P-Preferred-Identity" 0;
    Priority "Priority" 0;
    Privacy "Privacy" 0;
    ProxyAuthenticate "Proxy-Authenticate" 0;
    ProxyAuthenticationInfo "Proxy-Authentication-Info" 0;
    ProxyAuthorization "Proxy-Authorization" 0;
    ProxyRequire "Proxy-Require" 0;
    RAck "RAck" 0;
    Reason "Reason" 0;
    RecordRoute "Record-Route" 0;
    RecvInfo "Recv-Info" 0;
    ReferredBy "Referred-By" b'b';
    ReferSub "Refer-Sub" 0;
    ReferTo "Refer-To" b'r';
    RejectContact "Reject-Contact" b'j';
    RemotePartyId "Remote-Party-ID" 0;
    Replaces "Replaces" 0;
    ReplyTo "Reply-To" 0;
    RequestDisposition "Request-Disposition" b'd';
    Require "Require" 0;
    ResourcePriority "Resource-Priority" 0;
    RetryAfter "Retry-After" 0;
    Route "Route" 0;
    RSeq "RSeq" 0;
    SecurityClient "Security-Client" 0;
    SecurityServer "Security-Server" 0;
    SecurityVerify "Security-Verify" 0;
    Server "Server" 0;
    ServiceRoute "Service-Route" 0;
    SessionExpires "Session-Expires" b'x';
    SessionId "Session-ID" 0;
    SipETag "SIP-ETag" 0;
    SipIfMatch "SIP-If-Match" 0;
    Subject "Subject" b's';
    SubscriptionState "Subscription-State" 0;
    Supported "Supported" b'k';
    TargetDialog "Target-Dialog" 0;
    Timestamp "Timestamp" 0;
    To "To" b't';
    Unsupported "Unsupported" 0;
    UserAgent "User-Agent" 0;
    UserToUser "User-to-User" 0;
    Via "Via" b'v';
    Warning "Warning" 0;
    WwwAuthenticate "WWW-Authenticate" 0;
}

const LONGEST: usize = 32;

/// The table's rows by the length of their names: a look-up compares with a handful of equal length only.
const BY_LENGTH: ([u8; TABLE.len()], [u8; LONGEST + 2]) = {
    let mut rows = [0u8; TABLE.len()];
    let mut starts = [0u8; LONGEST + 2];
    let mut filled = 0;
    let mut length = 0;
    while length <= LONGEST {
        starts[length] = filled as u8;
        let mut row = 0;
        while row < TABLE.len() {
            if TABLE[row].1.len() == length {
                rows[filled] = row as u8;
                filled += 1;
            }
            row += 1;
        }
        length += 1;
    }
    starts[LONGEST + 1] = filled as u8;
    assert!(filled == TABLE.len());
    (rows, starts)
};

/// Compact letters to rows, `u8::MAX` where a letter means nothing.
const BY_LETTER: [u8; 26] = {
    let mut letters = [u8::MAX; 26];
    let mut row = 0;
    while row < TABLE.len() {
        if TABLE[row].2 != 0 {
            letters[(TABLE[row].2 - b'a') as usize] = row as u8;
        }
        row += 1;
    }
    letters
};

impl Name {
    /// Recognises a name in any case and in its compact form.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let row = match text {
            [letter] => BY_LETTER.get(usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'))),
            _ => Self::rows(text.len()).iter().find(|&&row| {
                TABLE
                    .get(usize::from(row))
                    .is_some_and(|(_, known, _)| known.as_bytes().eq_ignore_ascii_case(text))
            }),
        };
        row.and_then(|&row| TABLE.get(usize::from(row))).map_or(Self::Other, |(name, _, _)| *name)
    }

    fn rows(length: usize) -> &'static [u8] {
        let (rows, starts) = &BY_LENGTH;
        match (starts.get(length), starts.get(length + 1)) {
            (Some(&from), Some(&to)) => rows.get(usize::from(from)..usize::from(to)).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The name in full, as the RFCs spell it; empty for [`Name::Other`].
    #[must_use]
    pub fn as_str(self) -> &'static str {
        TABLE.get(self as usize).map_or("", |(_, text, _)| *text)
    }

    /// May a message carry the header once only (RFC 3261 table 2)? A repetition is then an error.
    #[must_use]
    pub fn is_single(self) -> bool {
        matches!(
            self,
            Self::CallId | Self::CSeq | Self::From | Self::To | Self::MaxForwards | Self::ContentLength
        )
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_in_every_case_and_in_its_compact_form() {
        for (name, text, compact) in TABLE {
            assert_eq!(Name::of(text.as_bytes()), *name);
            assert_eq!(Name::of(text.to_ascii_uppercase().as_bytes()), *name);
            assert_eq!(Name::of(text.to_ascii_lowercase().as_bytes()), *name);
            assert_eq!(name.as_str(), *text);
            if *compact != 0 {
                assert_eq!(Name::of(&[*compact]), *name);
            }
        }
    }

    #[test]
    fn names_that_nobody_defined_are_other() {
        for text in ["", "X-Asterisk", "q", "7", "Vía", &"a".repeat(5000)] {
            assert_eq!(Name::of(text.as_bytes()), Name::Other, "{text}");
        }
    }
}

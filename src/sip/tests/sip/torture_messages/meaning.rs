//! RFC 4475 3.2 to 3.4: messages for the transaction layer and what is above it, and one of RFC 2543.

/// Name, and the message with `\n` for CRLF.
pub(super) const MESSAGES: &[(&str, &[u8])] = &[
    (
        "badbranch",
        b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.org;tag=33242\n\
Max-Forwards: 3\n\
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\n\
Accept: application/sdp\n\
Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n\n\
CSeq: 8 OPTIONS\n\
l: 0\n\
\n\
",
    ),
    (
        "insuf",
        b"\
INVITE sip:user@example.com SIP/2.0\n\
CSeq: 193942 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\n\
Content-Type: application/sdp\n\
l: 152\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.95\n\
s=-\n\
c=IN IP4 192.0.2.95\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
",
    ),
    (
        "unkscm",
        b"\
OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=384\n\
Max-Forwards: 3\n\
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34\n\
CSeq: 3923423 OPTIONS\n\
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234\n\
Content-Length: 0\n\
\n\
",
    ),
    (
        "novelsc",
        b"\
OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=384\n\
Max-Forwards: 3\n\
Call-ID: novelsc.asdfasser0q239nwsdfasdkl34\n\
CSeq: 3923423 OPTIONS\n\
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234\n\
Content-Length: 0\n\
\n\
",
    ),
    (
        "unksm2",
        b"\
REGISTER sip:example.com SIP/2.0\n\
To: isbn:2983792873\n\
From: <http://www.example.com>;tag=3234233\n\
Call-ID: unksm2.daksdj@hyphenated-host.example.com\n\
CSeq: 234902 REGISTER\n\
Max-Forwards: 70\n\
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw\n\
Contact: <name:John_Smith>\n\
l: 0\n\
\n\
",
    ),
    (
        "bext01",
        b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:j_user@example.com\n\
From: sip:caller@example.net;tag=242etr\n\
Max-Forwards: 6\n\
Call-ID: bext01.0ha0isndaksdj\n\
Require: nothingSupportsThis, nothingSupportsThisEither\n\
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis\n\
CSeq: 8 OPTIONS\n\
Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw\n\
Content-Length: 0\n\
\n\
",
    ),
    (
        "invut",
        b"\
INVITE sip:user@example.com SIP/2.0\n\
Contact: <sip:caller@host5.example.net>\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=8392034\n\
Max-Forwards: 70\n\
Call-ID: invut.0ha0isndaksdjadsfij34n23d\n\
CSeq: 235448 INVITE\n\
Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw\n\
Content-Type: application/unknownformat\n\
Content-Length: 40\n\
\n\
<audio>\n\
\x20<pcmu port=\"443\"/>\n\
</audio>\n\
",
    ),
    (
        "regaut01",
        b"\
REGISTER sip:example.com SIP/2.0\n\
To: sip:j.user@example.com\n\
From: sip:j.user@example.com;tag=87321hj23128\n\
Max-Forwards: 8\n\
Call-ID: regaut01.0ha0isndaksdj\n\
CSeq: 9338 REGISTER\n\
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw\n\
Authorization: NoOneKnowsThisScheme opaque-data=here\n\
Content-Length:0\n\
\n\
",
    ),
    (
        "multi01",
        b"\
INVITE sip:user@company.com SIP/2.0\n\
Contact: <sip:caller@host25.example.net>\n\
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw\n\
Max-Forwards: 70\n\
CSeq: 5 INVITE\n\
Call-ID: multi01.98asdh@192.0.2.1\n\
CSeq: 59 INVITE\n\
Call-ID: multi01.98asdh@192.0.2.2\n\
From: sip:caller@example.com;tag=3413415\n\
To: sip:user@example.com\n\
To: sip:other@example.net\n\
From: sip:caller@example.net;tag=2923420123\n\
Content-Type: application/sdp\n\
l: 154\n\
Contact: <sip:caller@host36.example.net>\n\
Max-Forwards: 5\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.25\n\
s=-\n\
c=IN IP4 192.0.2.25\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
\n\
",
    ),
    (
        "mcl01",
        b"\
OPTIONS sip:user@example.com SIP/2.0\n\
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423\n\
To: sip:user@example.com\n\
From: sip:other@example.net;tag=3923942\n\
Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf\n\
CSeq: 15932 OPTIONS\n\
Content-Length: 13\n\
Max-Forwards: 60\n\
Content-Length: 5\n\
Content-Type: text/plain\n\
\n\
There's no way to know how many octets are supposed to be here.\n\
\n\
",
    ),
    (
        "bcast",
        b"\
SIP/2.0 200 OK\n\
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\n\
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23\n\
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf\n\
CSeq: 35 INVITE\n\
From: sip:user@example.com;tag=11141343\n\
To: sip:user@example.edu;tag=2229\n\
Content-Length: 154\n\
Content-Type: application/sdp\n\
Contact: <sip:user@host28.example.com>\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.198\n\
s=-\n\
c=IN IP4 192.0.2.198\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
",
    ),
    (
        "zeromf",
        b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=3ghsd41\n\
Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas\n\
CSeq: 39234321 OPTIONS\n\
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i\n\
Max-Forwards: 0\n\
Content-Length: 0\n\
\n\
",
    ),
    (
        "cparam01",
        b"\
REGISTER sip:example.com SIP/2.0\n\
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw\n\
Max-Forwards: 70\n\
From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe\n\
To: sip:watson@example.com\n\
Call-ID: cparam01.70710@saturn.example.com\n\
CSeq: 2 REGISTER\n\
Contact: sip:+19725552222@gw1.example.net;unknownparam\n\
l: 0\n\
\n\
",
    ),
    (
        "cparam02",
        b"\
REGISTER sip:example.com SIP/2.0\n\
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw\n\
Max-Forwards: 70\n\
From: sip:watson@example.com;tag=838293\n\
To: sip:watson@example.com\n\
Call-ID: cparam02.70710@saturn.example.com\n\
CSeq: 3 REGISTER\n\
Contact: <sip:+19725552222@gw1.example.net;unknownparam>\n\
l: 0\n\
\n\
",
    ),
    (
        "regescrt",
        b"\
REGISTER sip:example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:user@example.com;tag=8\n\
Max-Forwards: 70\n\
Call-ID: regescrt.k345asrl3fdbv@192.0.2.1\n\
CSeq: 14398234 REGISTER\n\
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw\n\
M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>\n\
L:0\n\
\n\
",
    ),
    (
        "sdp01",
        b"\
INVITE sip:user@example.com SIP/2.0\n\
To: sip:j_user@example.com\n\
Contact: <sip:caller@host15.example.net>\n\
From: sip:caller@example.net;tag=234\n\
Max-Forwards: 5\n\
Call-ID: sdp01.ndaksdj9342dasdd\n\
Accept: text/nobodyKnowsThis\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw\n\
Content-Length: 150\n\
Content-Type: application/sdp\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.5\n\
s=-\n\
c=IN IP4 192.0.2.5\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
",
    ),
    (
        "inv2543",
        b"\
INVITE sip:UserB@example.com SIP/2.0\n\
Via: SIP/2.0/UDP iftgw.example.com\n\
From: <sip:+13035551111@ift.client.example.net;user=phone>\n\
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>\n\
To: sip:+16505552222@ss1.example.net;user=phone\n\
Call-ID: inv2543.1717@ift.client.example.com\n\
CSeq: 56 INVITE\n\
Content-Type: application/sdp\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.5\n\
s=-\n\
c=IN IP4 192.0.2.5\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0\n\
",
    ),
];

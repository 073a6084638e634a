//! Bodies as they come from phones, browsers and carriers, for this crate's tests.

/// Who sent it, and what. Written after real ones, with addresses for documentation and bare line feeds;
/// [`as_sent`] gives them the line ends of the standard.
pub(crate) const BODIES: &[(&str, &str)] = &[
    ("desk phone, Yealink", YEALINK),
    ("desk phone, Polycom", POLYCOM),
    ("desk phone, Cisco 7960", CISCO),
    ("desk phone, Snom with optional encryption", SNOM),
    ("door phone, Grandstream with video", GRANDSTREAM),
    ("softphone, Linphone with Opus and AVPF", LINPHONE),
    ("softphone, Zoiper with iLBC", ZOIPER),
    ("browser, Chrome", CHROME),
    ("carrier, session border controller", CARRIER),
    ("carrier, IMS with AMR", IMS),
    ("Teams direct routing", TEAMS),
    ("FreeSWITCH with comfort noise", FREESWITCH),
    ("Asterisk with Opus and G.722", ASTERISK),
    ("fax adapter, audio and T.38", FAX),
    ("old phone on hold", OLD_HOLD),
    ("IPv6 phone", IPV6),
];

/// The body with the line ends that it has in a message.
pub(crate) fn as_sent(body: &str) -> String {
    body.replace('\n', "\r\n")
}

pub(crate) const YEALINK: &str = "v=0
o=- 20015 20015 IN IP4 192.0.2.20
s=SDP data
c=IN IP4 192.0.2.20
t=0 0
m=audio 11780 RTP/AVP 9 0 8 18 101
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
";

pub(crate) const POLYCOM: &str = "v=0
o=- 1324901698 1324901698 IN IP4 192.0.2.21
s=Polycom IP Phone
c=IN IP4 192.0.2.21
t=0 0
a=sendrecv
m=audio 2226 RTP/AVP 9 102 0 8 18 127
a=rtpmap:9 G722/8000
a=rtpmap:102 G7221/32000
a=fmtp:102 bitrate=48000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:127 telephone-event/8000
";

pub(crate) const CISCO: &str = "v=0
o=Cisco-SIPUA 26245 0 IN IP4 192.0.2.22
s=SIP Call
t=0 0
m=audio 29118 RTP/AVP 0 8 18 101
c=IN IP4 192.0.2.22
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=sendrecv
";

pub(crate) const SNOM: &str = "v=0
o=root 1817529423 1817529423 IN IP4 192.0.2.23
s=call
c=IN IP4 192.0.2.23
t=0 0
m=audio 53648 RTP/AVP 9 0 8 3 99 112 18 101
a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:3 GSM/8000
a=rtpmap:99 G726-32/8000
a=rtpmap:112 AAL2-G726-32/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
a=sendrecv
";

pub(crate) const GRANDSTREAM: &str = "v=0
o=104 8000 8000 IN IP4 192.0.2.24
s=SIP Call
c=IN IP4 192.0.2.24
t=0 0
m=audio 5004 RTP/AVP 0 8 4 18 2 97 9 101
a=sendrecv
a=rtpmap:0 PCMU/8000
a=ptime:20
a=rtpmap:8 PCMA/8000
a=rtpmap:4 G723/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:2 G726-32/8000
a=rtpmap:97 iLBC/8000
a=fmtp:97 mode=20
a=rtpmap:9 G722/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
m=video 5006 RTP/AVP 99
b=AS:1024
a=sendrecv
a=rtpmap:99 H264/90000
a=fmtp:99 profile-level-id=428028; sprop-parameter-sets=Z0KAKJWgFAFugA==,aM48gA==; packetization-mode=1
";

pub(crate) const LINPHONE: &str = "v=0
o=alice 3417 2914 IN IP4 192.0.2.25
s=Talk
c=IN IP4 192.0.2.25
b=AS:380
t=0 0
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
m=audio 7078 RTP/AVPF 96 97 98 0 8 101 99 100
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:98 vbr=on
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/16000
a=rtpmap:100 telephone-event/8000
a=rtcp-fb:* trr-int 5000
a=rtcp-fb:* ccm tmmbr
";

pub(crate) const ZOIPER: &str = "v=0
o=Zoiper 0 30117342 IN IP4 192.0.2.26
s=Zoiper
c=IN IP4 192.0.2.26
t=0 0
m=audio 52404 RTP/AVP 107 97 8 0 98 101
a=rtpmap:107 opus/48000/2
a=fmtp:107 x-google-min-bitrate=10
a=rtpmap:97 iLBC/8000
a=fmtp:97 mode=30
a=rtpmap:98 telephone-event/48000
a=fmtp:98 0-16
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
a=rtcp-mux
";

pub(crate) const CHROME: &str = "v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:F7gI
a=ice-pwd:x9cml/YzichV2+XlhiMu8g4F
a=ice-options:trickle
a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendrecv
a=msid:stream track
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6
";

pub(crate) const CARRIER: &str = "v=0
o=Sonus_UAC 975402 417293 IN IP4 198.51.100.5
s=SIP Media Capabilities
c=IN IP4 198.51.100.6
t=0 0
m=audio 12094 RTP/AVP 8 0 18 100
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:100 telephone-event/8000
a=fmtp:100 0-15
a=sendrecv
a=maxptime:20
";

pub(crate) const IMS: &str = "v=0
o=- 3839120 3839120 IN IP4 198.51.100.7
s=-
c=IN IP4 198.51.100.7
b=AS:49
b=RR:600
b=RS:200
t=0 0
m=audio 50020 RTP/AVP 104 102 8 105 100
a=rtpmap:104 AMR-WB/16000/1
a=fmtp:104 mode-change-capability=2;max-red=0
a=rtpmap:102 AMR/8000/1
a=fmtp:102 mode-change-capability=2;max-red=0
a=rtpmap:105 telephone-event/16000
a=fmtp:105 0-15
a=rtpmap:100 telephone-event/8000
a=fmtp:100 0-15
a=curr:qos local none
a=curr:qos remote none
a=des:qos optional local sendrecv
a=ptime:20
a=maxptime:240
a=sendrecv
";

pub(crate) const TEAMS: &str = "v=0
o=- 254834 0 IN IP4 203.0.113.40
s=session
c=IN IP4 203.0.113.40
b=CT:10000000
t=0 0
m=audio 52284 RTP/SAVP 104 9 103 111 18 0 8 97 101 13 118
c=IN IP4 203.0.113.40
a=rtcp:52285
a=label:main-audio
a=mid:1
a=sendrecv
a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFy|2^31
a=rtpmap:104 SILK/16000
a=rtpmap:9 G722/8000
a=rtpmap:103 SILK/8000
a=rtpmap:111 SIREN/16000
a=fmtp:111 bitrate=16000
a=rtpmap:18 G729/8000
a=fmtp:18 annexb=no
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:97 RED/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=rtpmap:13 CN/8000
a=rtpmap:118 CN/16000
a=ptime:20
";

pub(crate) const FREESWITCH: &str = "v=0
o=FreeSWITCH 1690012345 1690012346 IN IP4 192.0.2.30
s=FreeSWITCH
c=IN IP4 192.0.2.30
t=0 0
m=audio 25670 RTP/AVP 102 9 0 8 103 101 13
a=rtpmap:102 opus/48000/2
a=fmtp:102 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; minptime=10; maxptime=40
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:103 telephone-event/48000
a=fmtp:103 0-15
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=rtpmap:13 CN/8000
a=ptime:20
";

pub(crate) const ASTERISK: &str = "v=0
o=- 892374 892374 IN IP4 192.0.2.31
s=Asterisk
c=IN IP4 192.0.2.31
t=0 0
m=audio 18612 RTP/AVP 107 9 0 101 102
a=rtpmap:107 opus/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/48000
a=fmtp:101 0-16
a=rtpmap:102 telephone-event/8000
a=fmtp:102 0-16
a=ptime:20
a=maxptime:60
a=sendrecv
";

pub(crate) const FAX: &str = "v=0
o=AudiocodesGW 1462713 1462712 IN IP4 192.0.2.32
s=Phone-Call
c=IN IP4 192.0.2.32
t=0 0
m=audio 6010 RTP/AVP 8 96
a=ptime:20
a=sendrecv
a=rtpmap:96 telephone-event/8000
a=fmtp:96 0-15
m=image 6012 udptl t38
a=T38FaxVersion:0
a=T38MaxBitRate:14400
a=T38FaxRateManagement:transferredTCF
a=T38FaxUdpEC:t38UDPRedundancy
";

pub(crate) const OLD_HOLD: &str = "v=0
o=user 53655765 2353687638 IN IP4 192.0.2.33
s=-
c=IN IP4 0.0.0.0
t=0 0
m=audio 8000 RTP/AVP 0 101
a=rtpmap:101 telephone-event/8000
";

pub(crate) const IPV6: &str = "v=0
o=- 77 3 IN IP6 2001:db8::20
s=-
c=IN IP6 2001:db8::20
t=0 0
m=audio 11000 RTP/AVP 8 0 101
a=rtpmap:101 telephone-event/8000
a=rtcp:11055 IN IP6 2001:db8::21
a=sendrecv
";

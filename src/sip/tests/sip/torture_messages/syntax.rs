//! RFC 4475 3.1: messages for the parser.

/// Name, and the message with `\n` for CRLF.
pub(super) const MESSAGES: &[(&str, &[u8])] = &[
    ("wsinv", b"\
INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\n\
TO :\n\
\x20sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n\
from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n\
\x20 ;\n\
\x20 tag = 98asjd8\n\
MaX-fOrWaRdS: 0068\n\
Call-ID: wsinv.ndaksdj@192.0.2.1\n\
Content-Length   : 150\n\
cseq: 0009\n\
\x20 INVITE\n\
Via  : SIP  /   2.0\n\
\x20/UDP\n\
\x20   192.0.2.2;branch=390skdjuw\n\
s :\n\
NewFangledHeader:   newfangled value\n\
\x20continued newfangled value\n\
UnknownHeaderWithUnusualValue: ;;,,;;,;\n\
Content-Type: application/sdp\n\
Route:\n\
\x20<sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n\
v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n\
\x20 branch  =   z9hG4bK9ikj8  ,\n\
\x20SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n\
\x20z9hG4bK30239\n\
m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n\
\x20     newvalue ;\n\
\x20 secondparam ; q = 0.33\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.3\n\
s=-\n\
c=IN IP4 192.0.2.4\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("intmeth", b"\
!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n\
Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n\
To: \"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\n\
From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\xd1\x80\xd0\xb0\xd0\xb1\xd0\xbe\xd1\x82\xd0\xb0\xd1\x8e\xd1\x89\xd0\xb8\xd0\xb9\";tag=_token~1'+`*%!-.\n\
Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n\
CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n\
Max-Forwards: 255\n\
extensionHeader-!.%*+_`'~:\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb\n\
Content-Length: 0\n\
\n\
"),
    ("esc01", b"\
INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\n\
To: sip:%75se%72@example.com\n\
From: <sip:I%20have%20spaces@example.net>;tag=938\n\
Max-Forwards: 87\n\
i: esc01.239409asdfakjkn23onasd0-3234\n\
CSeq: 234234 INVITE\n\
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw\n\
C: application/sdp\n\
Contact:\n\
\x20 <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\n\
Content-Length: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
s=-\n\
c=IN IP4 192.0.2.1\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("escnull", b"\
REGISTER sip:example.com SIP/2.0\n\
To: sip:null-%00-null@example.com\n\
From: sip:null-%00-null@example.com;tag=839923423\n\
Max-Forwards: 70\n\
Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd\n\
CSeq: 14398234 REGISTER\n\
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw\n\
Contact: <sip:%00@host5.example.com>\n\
Contact: <sip:%00%00@host5.example.com>\n\
L:0\n\
\n\
"),
    ("esc02", b"\
RE%47IST%45R sip:registrar.example.com SIP/2.0\n\
To: \"%Z%45\" <sip:resource@example.com>\n\
From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\n\
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\n\
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234\n\
CSeq: 29344 RE%47IST%45R\n\
Max-Forwards: 70\n\
Contact: <sip:alias1@host1.example.com>\n\
C%6Fntact: <sip:alias2@host2.example.com>\n\
Contact: <sip:alias3@host3.example.com>\n\
l: 0\n\
\n\
"),
    ("lwsdisp", b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: caller<sip:caller@example.com>;tag=323\n\
Max-Forwards: 70\n\
Call-ID: lwsdisp.1234abcd@funky.example.com\n\
CSeq: 60 OPTIONS\n\
Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw\n\
l: 0\n\
\n\
"),
    ("longreq", b"\
INVITE sip:user@example.com SIP/2.0\n\
To: \"I have a user name of extremeextremeextremeextremeextremeextremeextremeextremeextremeextreme proportion\"<sip:user@example.com:6000;unknownparam1=verylonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglongvalue;longparamnamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamename=shortvalue;verylonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglongParameterNameWithNoValue>\n\
F: sip:amazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallername@example.net;tag=12982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982982424;unknownheaderparamnamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamenamename=unknowheaderparamvaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevaluevalue;unknownValuelessparamnameparamnameparamnameparamnameparamnameparamnameparamnameparamnameparamnameparamname\n\
Call-ID: longreq.onereallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallyreallylongcallid\n\
CSeq: 3882340 INVITE\n\
Unknown-LongLongLongLongLongLongLongLongLongLongLongLongLongLongLongLongLongLongLongLong-Name: unknown-longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong-value; unknown-longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong-parameter-name = unknown-longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong-parameter-value\n\
Via: SIP/2.0/TCP sip33.example.com\n\
v: SIP/2.0/TCP sip32.example.com\n\
V: SIP/2.0/TCP sip31.example.com\n\
Via: SIP/2.0/TCP sip30.example.com\n\
ViA: SIP/2.0/TCP sip29.example.com\n\
VIa: SIP/2.0/TCP sip28.example.com\n\
VIA: SIP/2.0/TCP sip27.example.com\n\
via: SIP/2.0/TCP sip26.example.com\n\
viA: SIP/2.0/TCP sip25.example.com\n\
vIa: SIP/2.0/TCP sip24.example.com\n\
vIA: SIP/2.0/TCP sip23.example.com\n\
V :  SIP/2.0/TCP sip22.example.com\n\
v :  SIP/2.0/TCP sip21.example.com\n\
V  : SIP/2.0/TCP sip20.example.com\n\
v  : SIP/2.0/TCP sip19.example.com\n\
Via : SIP/2.0/TCP sip18.example.com\n\
Via  : SIP/2.0/TCP sip17.example.com\n\
Via: SIP/2.0/TCP sip16.example.com\n\
Via: SIP/2.0/TCP sip15.example.com\n\
Via: SIP/2.0/TCP sip14.example.com\n\
Via: SIP/2.0/TCP sip13.example.com\n\
Via: SIP/2.0/TCP sip12.example.com\n\
Via: SIP/2.0/TCP sip11.example.com\n\
Via: SIP/2.0/TCP sip10.example.com\n\
Via: SIP/2.0/TCP sip9.example.com\n\
Via: SIP/2.0/TCP sip8.example.com\n\
Via: SIP/2.0/TCP sip7.example.com\n\
Via: SIP/2.0/TCP sip6.example.com\n\
Via: SIP/2.0/TCP sip5.example.com\n\
Via: SIP/2.0/TCP sip4.example.com\n\
Via: SIP/2.0/TCP sip3.example.com\n\
Via: SIP/2.0/TCP sip2.example.com\n\
Via: SIP/2.0/TCP sip1.example.com\n\
Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=verylonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglongbranchvalue\n\
Max-Forwards: 70\n\
Contact: <sip:amazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallernameamazinglylongcallername@host5.example.net>\n\
Content-Type: application/sdp\n\
l: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
s=-\n\
c=IN IP4 192.0.2.1\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("dblreq", b"\
REGISTER sip:example.com SIP/2.0\n\
To: sip:j.user@example.com\n\
From: sip:j.user@example.com;tag=43251j3j324\n\
Max-Forwards: 8\n\
I: dblreq.0ha0isndaksdj99sdfafnl3lk233412\n\
Contact: sip:j.user@host.example.com\n\
CSeq: 8 REGISTER\n\
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492\n\
Content-Length: 0\n\
\n\
\n\
INVITE sip:joe@example.com SIP/2.0\n\
t: sip:joe@example.com\n\
From: sip:caller@example.net;tag=141334\n\
Max-Forwards: 8\n\
Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234\n\
Content-Type: application/sdp\n\
Content-Length: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.15\n\
s=-\n\
c=IN IP4 192.0.2.15\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m =video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
\n\
"),
    ("semiuri", b"\
OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\n\
To: sip:j_user@example.com\n\
From: sip:caller@example.org;tag=33242\n\
Max-Forwards: 3\n\
Call-ID: semiuri.0ha0isndaksdj\n\
CSeq: 8 OPTIONS\n\
Accept: application/sdp, application/pkcs7-mime,\n\
\x20       multipart/mixed, multipart/signed,\n\
\x20       message/sip, message/sipfrag\n\
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw\n\
l: 0\n\
\n\
"),
    ("transports", b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: <sip:caller@example.com>;tag=323\n\
Max-Forwards: 70\n\
Call-ID:  transports.kijh4akdnaqjkwendsasfdj\n\
Accept: application/sdp\n\
CSeq: 60 OPTIONS\n\
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw\n\
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\n\
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\n\
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\n\
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\n\
l: 0\n\
\n\
"),
    // The bare line feeds of the signature are vertical tabs here, so that line ends can be told from them.
    ("mpart01", b"\
MESSAGE sip:kumiko@example.org SIP/2.0\n\
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport\n\
Max-Forwards: 70\n\
Route: <sip:127.0.0.1:5080>\n\
Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+813gvYjcBUaZngQmXc9WNZSDNGCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUhkMWYUA=\n\
Contact: <sip:fluffy@127.0.0.1:5070>\n\
To: <sip:kumiko@example.org>\n\
From: <sip:fluffy@example.com>;tag=2fb0dcc9\n\
Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..\n\
CSeq: 1 MESSAGE\n\
Content-Transfer-Encoding: binary\n\
Content-Type: multipart/mixed;boundary=7a9cbec02ceef655\n\
Date: Sat, 15 Oct 2005 04:44:56 GMT\n\
User-Agent: SIPimp.org/0.2.5 (curses)\n\
Content-Length: 553\n\
\n\
--7a9cbec02ceef655\n\
Content-Type: text/plain\n\
Content-Transfer-Encoding: binary\n\
\n\
Hello\n\
--7a9cbec02ceef655\n\
Content-Type: application/octet-stream\n\
Content-Transfer-Encoding: binary\n\
\n\
0\x82\x01R\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x02\xa0\x82\x01C0\x82\x01?\x02\x01\x011\x090\x07\x06\x05+\x0e\x03\x02\x1a0\x0b\x06\x09*\x86H\x86\xf7\x0d\x01\x07\x011\x82\x01 0\x82\x01\x1c\x02\x01\x010|0p1\x0b0\x09\x06\x03U\x04\x06\x13\x02US1\x130\x11\x06\x03U\x04\x08\x13\x0bCalifornia1\x110\x0f\x06\x03U\x04\x07\x13\x08San Jose1\x0e0\x0c\x06\x03U\x04\x0b\x13\x05sipit1)0'\x06\x03U\x04\x0b\x13 Sipit Test Certificate Authority\x02\x08\x01\x95\x00q\x023\x01\x130\x07\x06\x05+\x0e\x03\x02\x1a0\x0d\x06\x09*\x86H\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x81\x80\x8e\xf4f\xf9H\xf0R-\xd2\xe5\x97\x8e\x9d\x95\xaa\xe9\xf2\xfe\x15\xa0fYqb\x92\xe8\xda*\xa8\xd85\x0bh\xce\xff\xae<\xbd+\xff\x16u\xdd\xd5d\x8eY=\xd6G(\xf2b \xf7\xe9At\x9e3\x0d\x9a\x15\xed\xab\xdb\x93\xd1\x0cB\x10.{r\x89\xd2\x9c\xc0\xc9\xae.\xfb\xc7\xc0\xcf\xf9\x17/;\x02~O\xc0'\xe1Tm\xe4\xb6\xaa:\xbb>f\xcc\xcb]\xd6\xc6K\x83\x83\x14\x9c\xb8\xe6\xff\x18-\x94O\xe5{e\xbc\x99\xd0\x05\n\
--7a9cbec02ceef655--\n\
"),
    ("unreason", b"\
SIP/2.0 200 = 2**3 * 5**2 \xd0\xbd\xd0\xbe \xd1\x81\xd1\x82\xd0\xbe \xd0\xb4\xd0\xb5\xd0\xb2\xd1\x8f\xd0\xbd\xd0\xbe\xd1\x81\xd1\x82\xd0\xbe \xd0\xb4\xd0\xb5\xd0\xb2\xd1\x8f\xd1\x82\xd1\x8c - \xd0\xbf\xd1\x80\xd0\xbe\xd1\x81\xd1\x82\xd0\xbe\xd0\xb5\n\
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\n\
Call-ID: unreason.1234ksdfak3j2erwedfsASdf\n\
CSeq: 35 INVITE\n\
From: sip:user@example.com;tag=11141343\n\
To: sip:user@example.edu;tag=2229\n\
Content-Length: 154\n\
Content-Type: application/sdp\n\
Contact: <sip:user@host198.example.com>\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.198\n\
s=-\n\
c=IN IP4 192.0.2.198\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("noreason", b"\
SIP/2.0 100\x20\n\
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\n\
Call-ID: noreason.asndj203insdf99223ndf\n\
CSeq: 35 INVITE\n\
From: <sip:user@example.com>;tag=39ansfi3\n\
To: <sip:user@example.edu>;tag=902jndnke3\n\
Content-Length: 0\n\
Contact: <sip:user@host105.example.com>\n\
\n\
"),
    ("badinv01", b"\
INVITE sip:user@example.com SIP/2.0\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=134161461246\n\
Max-Forwards: 7\n\
Call-ID: badinv01.0ha0isndaksdjasdf3234nas\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.15;;,;,,\n\
Contact: \"Joe\" <sip:joe@example.org>;;;;\n\
Content-Length: 152\n\
Content-Type: application/sdp\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.15\n\
s=-\n\
c=IN IP4 192.0.2.15\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("clerr", b"\
INVITE sip:user@example.com SIP/2.0\n\
Max-Forwards: 80\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=93942939o2\n\
Contact: <sip:caller@hungry.example.net>\n\
Call-ID: clerr.0ha0isndaksdjweiafasdk3\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523\n\
Content-Type: application/sdp\n\
Content-Length: 9999\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.155\n\
s=-\n\
c=IN IP4 192.0.2.155\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("ncl", b"\
INVITE sip:user@example.com SIP/2.0\n\
Max-Forwards: 254\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=32394234\n\
Call-ID: ncl.0ha0isndaksdj2193423r542w35\n\
CSeq: 0 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw\n\
Contact: <sip:caller@example53.example.net>\n\
Content-Type: application/sdp\n\
Content-Length: -999\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.53\n\
s=-\n\
c=IN IP4 192.0.2.53\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("scalar02", b"\
REGISTER sip:example.com SIP/2.0\n\
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3\n\
To: <sip:user@example.com>\n\
From: <sip:user@example.com>;tag=239232jh3\n\
CSeq: 36893488147419103232 REGISTER\n\
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\n\
Max-Forwards: 300\n\
Expires: 10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\n\
Contact: <sip:user@host129.example.com>\n\
\x20 ;expires=280297596632815\n\
Content-Length: 0\n\
\n\
"),
    ("scalarlg", b"\
SIP/2.0 503 Service Unavailable\n\
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\n\
To: <sip:user@example.com>\n\
From: <sip:other@example.net>;tag=2easdjfejw\n\
CSeq: 9292394834772304023312 OPTIONS\n\
Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\n\
Retry-After: 949302838503028349304023988\n\
Warning: 1812 overture \"In Progress\"\n\
Content-Length: 0\n\
\n\
"),
    ("quotbal", b"\
INVITE sip:user@example.com SIP/2.0\n\
To: \"Mr. J. User <sip:j.user@example.com>\n\
From: sip:caller@example.net;tag=93334\n\
Max-Forwards: 10\n\
Call-ID: quotbal.aksdj\n\
Contact: <sip:caller@host59.example.net>\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234\n\
Content-Type: application/sdp\n\
Content-Length: 152\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.15\n\
s=-\n\
c=IN IP4 192.0.2.15\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("ltgtruri", b"\
INVITE <sip:user@example.com> SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=39291\n\
Max-Forwards: 23\n\
Call-ID: ltgtruri.1@192.0.2.5\n\
CSeq: 1 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.5\n\
Contact: <sip:caller@host5.example.net>\n\
Content-Type: application/sdp\n\
Content-Length: 159\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.5\n\
s=-\n\
c=IN IP4 192.0.2.5\n\
t=3149328700 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("lwsruri", b"\
INVITE sip:user@example.com; lr SIP/2.0\n\
To: sip:user@example.com;tag=3xfe-9921883-z9f\n\
From: sip:caller@example.net;tag=231413434\n\
Max-Forwards: 5\n\
Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423\n\
CSeq: 2130706432 INVITE\n\
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw2395\n\
Contact: <sip:caller@host1.example.net>\n\
Content-Type: application/sdp\n\
Content-Length: 159\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
s=-\n\
c=IN IP4 192.0.2.1\n\
t=3149328700 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("lwsstart", b"\
INVITE  sip:user@example.com  SIP/2.0\n\
Max-Forwards: 8\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=8814\n\
Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com\n\
CSeq: 1893884 INVITE\n\
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw3923\n\
Contact: <sip:caller@host1.example.net>\n\
Content-Type: application/sdp\n\
Content-Length: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
s=-\n\
c=IN IP4 192.0.2.1\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("trws", b"\
OPTIONS sip:remote-target@example.com SIP/2.0 \x20\n\
Via: SIP/2.0/TCP host1.examle.com;branch=z9hG4bK299342093\n\
To: <sip:remote-target@example.com>\n\
From: <sip:local-resource@example.com>;tag=329429089\n\
Call-ID: trws.oicu34958239neffasdhr2345r\n\
Accept: application/sdp\n\
CSeq: 238923 OPTIONS\n\
Max-Forwards: 70\n\
Content-Length: 0\n\
\n\
"),
    ("escruri", b"\
INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=341518\n\
Max-Forwards: 7\n\
Contact: <sip:caller@host39923.example.net>\n\
Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5\n\
CSeq: 149209342 INVITE\n\
Via: SIP/2.0/UDP host-of-the-hour.example.com;branch=z9hG4bKkdjuw\n\
Content-Type: application/sdp\n\
Content-Length: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
s=-\n\
c=IN IP4 192.0.2.1\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("baddate", b"\
INVITE sip:user@example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:caller@example.net;tag=2234923\n\
Max-Forwards: 70\n\
Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234\n\
CSeq: 1392934 INVITE\n\
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\n\
Date: Fri, 01 Jan 2010 16:00:00 EST\n\
Contact: <sip:caller@host5.example.net>\n\
Content-Type: application/sdp\n\
Content-Length: 150\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.5\n\
s=-\n\
c=IN IP4 192.0.2.5\n\
t=0 0\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("regbadct", b"\
REGISTER sip:example.com SIP/2.0\n\
To: sip:user@example.com\n\
From: sip:user@example.com;tag=998332\n\
Max-Forwards: 70\n\
Call-ID: regbadct.k345asrl3fdbv@10.0.0.1\n\
CSeq: 1 REGISTER\n\
Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw\n\
Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\n\
l: 0\n\
\n\
"),
    ("badaspec", b"\
OPTIONS sip:user@example.org SIP/2.0\n\
Via: SIP/2.0/UDP host4.example.com:5060;branch=z9hG4bKkdju43234\n\
Max-Forwards: 70\n\
From: \"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=433423\n\
To: \"Watson, Thomas\" < sip:t.watson@example.org >\n\
Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3\n\
Accept: application/sdp\n\
CSeq: 3923239 OPTIONS\n\
l: 0\n\
\n\
"),
    ("baddn", b"\
OPTIONS sip:t.watson@example.org SIP/2.0\n\
Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bKkdjuw\n\
Max-Forwards:      70\n\
From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43\n\
To:      Watson, Thomas <sip:t.watson@example.org>\n\
Call-ID: baddn.31415@c.example.com\n\
Accept: application/sdp\n\
CSeq:    3923239 OPTIONS\n\
l: 0\n\
"),
    ("badvers", b"\
OPTIONS sip:t.watson@example.org SIP/7.0\n\
Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw\n\
Max-Forwards:     70\n\
From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe\n\
To:      T. Watson <sip:t.watson@example.org>\n\
Call-ID: badvers.31417@c.example.com\n\
CSeq:    1 OPTIONS\n\
l: 0\n\
\n\
"),
    ("mismatch01", b"\
OPTIONS sip:user@example.com SIP/2.0\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=34525\n\
Max-Forwards: 6\n\
Call-ID: mismatch01.dj0234sxdfl3\n\
CSeq: 8 INVITE\n\
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\n\
l: 0\n\
\n\
"),
    ("mismatch02", b"\
NEWMETHOD sip:user@example.com SIP/2.0\n\
To: sip:j.user@example.com\n\
From: sip:caller@example.net;tag=34525\n\
Max-Forwards: 6\n\
Call-ID: mismatch02.dj0234sxdfl3\n\
CSeq: 8 INVITE\n\
Contact: <sip:caller@host.example.net>\n\
Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw\n\
Content-Type: application/sdp\n\
l: 138\n\
\n\
v=0\n\
o=mhandley 29739 7272939 IN IP4 192.0.2.1\n\
c=IN IP4 192.0.2.1\n\
m=audio 49217 RTP/AVP 0 12\n\
m=video 3227 RTP/AVP 31\n\
a=rtpmap:31 LPC\n\
"),
    ("bigcode", b"\
SIP/2.0 4294967301 better not break the receiver\n\
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\n\
Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\n\
CSeq: 353494 INVITE\n\
From: <sip:user@example.com>;tag=39ansfi3\n\
To: <sip:user@example.edu>;tag=902jndnke3\n\
Content-Length: 0\n\
Contact: <sip:user@host105.example.com>\n\
\n\
"),
];

#!/usr/bin/env python3
"""Writes a dialplan as a configuration program would: long, regular, by subroutines and variables that are inherited.

Run it in this folder; it writes extensions.conf, pjsip.conf and calls-generated.toml beside itself.
"""

import pathlib
import re

HERE = pathlib.Path(__file__).parent
EXTENSIONS = range(4000, 4120)
GROUPS = range(600, 625)
MENUS = range(1, 11)
ROUTES = [f"0305556{number:03d}" for number in range(100)]
CONDITIONS = range(1, 13)
TRUNKS = ["carrier-a", "carrier-b", "carrier-c"]

lines: list[str] = []


def put(text: str = "") -> None:
    lines.append(text)


def context(name: str) -> None:
    put()
    put(f"[{name}]")


def extension(name: str, *steps: str) -> None:
    first, *rest = steps
    put(f"exten => {name},1,{first}")
    for step in rest:
        labelled = re.match(r"(\w+)\|(.*)", step)
        label, application = labelled.groups() if labelled else ("", step)
        put(f"exten => {name},n{'(' + label + ')' if label else ''},{application}")


def destination(number: int) -> str:
    """Where a route, a menu or a time condition leads; spread over everything that there is."""
    kind = number % 4
    if kind == 0:
        return f"from-did-direct,{EXTENSIONS[number % len(EXTENSIONS)]},1"
    if kind == 1:
        return f"ext-group,{GROUPS[number % len(GROUPS)]},1"
    if kind == 2:
        return f"ivr-{MENUS[number % len(MENUS)]},s,1"
    return f"app-announcement-{number % 5},s,1"


put("; Written by generate.py; changes belong there.")
put()
put("[general]")
put("static=yes")
put("writeprotect=no")
put("autofallthrough=yes")
put("clearglobalvars=yes")
context("globals")
put("RINGTIMER_DEFAULT = 15")
put("DIAL_OPTIONS = tTr")
put("TRUNK_OPTIONS = T")
put("CALLFILENAME = ")
put("OUTKEEPCID_1 = off")
for number, trunk in enumerate(TRUNKS, 1):
    put(f"OUT_{number} = PJSIP/{trunk}")
    put(f"OUTCID_{number} = 030555600{number}")
    put(f"OUTMAXCHANS_{number} = {number * 2}")
    put(f"OUTPREFIX_{number} = ")

context("from-internal")
put("include => from-internal-features")
put("include => ext-local")
put("include => ext-group-short")
put("include => outbound-allroutes")
put("include => bad-number")

context("from-internal-features")
extension("*76", "Answer()", "Gosub(sub-user-callerid,s,1)", "Set(state=${DB(DND/${AMPUSER})})",
          'GotoIf($["${state}" = "YES"]?off)', "Set(DB(DND/${AMPUSER})=YES)", "Set(DEVICE_STATE(Custom:DND${AMPUSER})=BUSY)",
          "Playback(do-not-disturb&activated)", "Hangup()", "off|Set(ignored=${DB_DELETE(DND/${AMPUSER})})",
          "Set(DEVICE_STATE(Custom:DND${AMPUSER})=NOT_INUSE)", "Playback(do-not-disturb&de-activated)", "Hangup()")
extension("_*72X.", "Answer()", "Gosub(sub-user-callerid,s,1)", "Set(DB(CF/${AMPUSER})=${EXTEN:3})",
          "Playback(call-fwd-unconditional&for&extension)", "SayDigits(${AMPUSER})", "Playback(is-set-to)",
          "SayDigits(${EXTEN:3})", "Hangup()")
extension("*73", "Answer()", "Gosub(sub-user-callerid,s,1)", "Set(ignored=${DB_DELETE(CF/${AMPUSER})})",
          "Playback(call-fwd-unconditional&de-activated)", "Hangup()")
extension("_*90X.", "Answer()", "Gosub(sub-user-callerid,s,1)", "Set(DB(CFB/${AMPUSER})=${EXTEN:3})",
          "Playback(call-fwd-on-busy&activated)", "Hangup()")
extension("*91", "Answer()", "Gosub(sub-user-callerid,s,1)", "Set(ignored=${DB_DELETE(CFB/${AMPUSER})})",
          "Playback(call-fwd-on-busy&de-activated)", "Hangup()")
extension("*60", "Answer()", "Wait(1)", "SayUnixTime(${EPOCH},,R)", "Playback(beep)", "Hangup()")
extension("*65", "Answer()", "Wait(1)", "Gosub(sub-user-callerid,s,1)", "Playback(your)",
          'ExecIf($["${AMPUSER}" != ""]?SayDigits(${AMPUSER}))', "Hangup()")
extension("*43", "Answer()", "Wait(1)", "Playback(demo-echotest)", "Echo()", "Playback(demo-echodone)", "Hangup()")
extension("_*30X.", "Answer()", "Set(DB(blacklist/${EXTEN:3})=1)", "Playback(num-was-successfully&added)", "Hangup()")
extension("_*31X.", "Answer()", "Set(ignored=${DB_DELETE(blacklist/${EXTEN:3})})", "Playback(num-was-successfully&removed)", "Hangup()")
for number in CONDITIONS:
    put(f"exten => *27{number:02d},hint,Custom:TC{number}")
    extension(f"*27{number:02d}", "Answer()", f"Gosub(sub-toggle-condition,s,1({number}))", "Hangup()")
for number in range(100):
    extension(f"*0{number:02d}", f"Goto(from-internal,{EXTENSIONS[number % len(EXTENSIONS)]},1)")

context("ext-local")
for number in EXTENSIONS:
    put(f"exten => {number},hint,PJSIP/{number}&Custom:DND{number}")
    extension(str(number), f"Set(__RINGTIMER=${{IF($[0${{DB(AMPUSER/{number}/ringtimer)}} > 0]?${{DB(AMPUSER/{number}/ringtimer)}}:${{RINGTIMER_DEFAULT}})}})",
              f"Set(__PICKUPMARK={number})", f"Gosub(sub-exten,s,1(novm,{number},1))", 'GotoIf($["${GOSUB_RETVAL}" = "BUSY"]?busy)',
              f"Set(destination=${{DB(AMPUSER/{number}/unavailable)}})", 'GotoIf($["${destination}" != ""]?${destination})',
              "Goto(app-busy-or-gone,gone,1)", "busy|Goto(app-busy-or-gone,busy,1)")

context("ext-group-short")
for number in GROUPS:
    extension(str(number), f"Goto(ext-group,{number},1)")

context("from-did-direct")
put("include => ext-local")

context("bad-number")
extension("_X.", "Progress()", "Wait(1)", "Playback(cannot-complete-as-dialed,noanswer)", "Wait(1)", "Congestion(20)")
extension("_*.", "Progress()", "Playback(feature-not-avail-line,noanswer)", "Congestion(20)")

context("ext-group")
for index, number in enumerate(GROUPS):
    members = [EXTENSIONS[(index * 5 + step) % len(EXTENSIONS)] for step in range(4)]
    ring = "&".join(f"Local/{member}@group-member/n" for member in members)
    steps = ["Gosub(sub-user-callerid,s,1)", f"GotoIf($[\"${{DB(RG/{number}/changecid)}}\" != \"fixed\"]?keep)",
             f"Set(CALLERID(num)=${{DB(RG/{number}/fixedcid)}})", f"keep|Set(__NODEST={number})",
             "Set(RecordMethod=Group)", f"Set(CALLERID(name)=G{number}: ${{CALLERID(name)}})"]
    if index % 3 == 0:
        steps += [f"Dial({ring},25,${{DIAL_OPTIONS}})"]
    else:
        steps += [f"Dial(Local/{member}@group-member/n,{8 + index % 5},${{DIAL_OPTIONS}})" for member in members]
    steps += ["Set(__NODEST=)", f"Goto({destination(index + 3)})"]
    extension(str(number), *steps)

context("group-member")
extension("_4XXX", "Set(__RINGTIMER=60)", "GotoIf($[\"${DB(DND/${EXTEN})}\" = \"YES\"]?skip)",
          "GotoIf($[\"${DB(CF/${EXTEN})}\" != \"\"]?forward)", "Dial(PJSIP/${EXTEN},${RINGTIMER})", "Hangup(${HANGUPCAUSE})",
          "forward|Dial(Local/${DB(CF/${EXTEN})}@from-internal/n,${RINGTIMER})", "Hangup()", "skip|Hangup(17)")

for number in MENUS:
    context(f"ivr-{number}")
    extension("s", "Set(TIMEOUT_LOOPCOUNT=0)", "Set(INVALID_LOOPCOUNT=0)", "Set(_IVR_CONTEXT=${CONTEXT})", "Answer()", "Wait(1)",
              "start|Set(TIMEOUT(digit)=3)", f"Background(custom/menu-{number})", "WaitExten(5)")
    for key in range(1, 8):
        extension(str(key), f"NoOp(menu {number} key {key})", f"Goto({destination(number * 7 + key)})")
    extension("i", "Set(INVALID_LOOPCOUNT=$[${INVALID_LOOPCOUNT}+1])", "GotoIf($[${INVALID_LOOPCOUNT} > 2]?final)",
              "Playback(no-valid-responce-pls-try-again)", "Goto(s,start)", "final|Playback(no-valid-responce-transfering)",
              f"Goto({destination(number)})")
    extension("t", "Set(TIMEOUT_LOOPCOUNT=$[${TIMEOUT_LOOPCOUNT}+1])", "GotoIf($[${TIMEOUT_LOOPCOUNT} > 2]?final)",
              "Goto(s,start)", f"final|Goto({destination(number)})")
    extension("return", "Goto(s,start)")
    extension("h", "Hangup()")

for number in range(5):
    context(f"app-announcement-{number}")
    extension("s", 'GotoIf($["${CHANNEL(state)}" = "Up"]?begin)', "Answer()", "Wait(1)", f"begin|Playback(custom/announcement-{number})",
              "Hangup()")

for number in CONDITIONS:
    context(f"timecondition-{number}")
    begin, end = 7 + number % 3, 16 + number % 4
    extension("s", f'GotoIf($["${{DB(TC/{number})}}" = "true"]?true)', f'GotoIf($["${{DB(TC/{number})}}" = "false"]?false)',
              f"GotoIfTime({begin:02d}:00-{end}:30,mon-fri,*,*,Europe/Berlin?true)",
              f"false|Set(DEVICE_STATE(Custom:TC{number})=INUSE)", f"Goto({destination(number + 2)})",
              f"true|Set(DEVICE_STATE(Custom:TC{number})=NOT_INUSE)", f"Goto({destination(number)})")

context("from-trunk")
put("include => ext-did")
put("include => ext-did-catchall")
context("ext-did")
for index, route in enumerate(ROUTES):
    target = f"timecondition-{CONDITIONS[index % len(CONDITIONS)]},s,1" if index % 5 == 0 else destination(index)
    extension(route, f"Set(__FROM_DID={route})", "Gosub(sub-blacklist-check,s,1)",
              f"Set(CALLERID(name)=R{index}:${{CALLERID(name)}})", "Set(__REVERSAL_REJECT=no)",
              f"Set(CHANNEL(language)={'de' if index % 2 else 'en'})", "Set(__MOHCLASS=default)",
              "Set(__CALLINGNUMPRES_SV=${CALLERID(num-pres)})", f"Goto({target})")
context("ext-did-catchall")
extension("_X.", "Set(__FROM_DID=${EXTEN})", "Log(NOTICE,Unknown number ${EXTEN} called by ${CALLERID(num)})", "Answer()", "Wait(2)",
          "Playback(ss-noservice)", "Hangup()")
extension("s", "Log(NOTICE,A call without a number)", "Congestion(5)")

context("outbound-allroutes")
put("include => outrt-emergency")
put("include => outrt-national")
put("include => outrt-international")
put("include => outrt-mobile,7:00-20:00,mon-sat,*,*,Europe/Berlin")
for name, patterns, order in [
    ("emergency", ["110", "112"], [1, 2, 3]),
    ("national", ["_0ZXXX.", "_0[2-9]XX"], [1, 2]),
    ("international", ["_00ZX."], [2, 3]),
    ("mobile", ["_01[5-7]XXXXXX."], [3, 1]),
]:
    context(f"outrt-{name}")
    for pattern in patterns:
        steps = ["Gosub(sub-user-callerid,s,1)", "Set(MOHCLASS=${IF($[\"${MOHCLASS}\"=\"\"]?default:${MOHCLASS})})",
                 "ExecIf($[\"${KEEPCID}\" != \"TRUE\" & ${LEN(${TRUNKCIDOVERRIDE})} > 0]?Set(CALLERID(num)=${TRUNKCIDOVERRIDE}))",
                 "Set(_NODEST=)"]
        steps += [f"Gosub(sub-dialout-trunk,s,1({trunk},${{EXTEN}},{'on' if name == 'emergency' else 'off'}))" for trunk in order]
        steps += ["Goto(app-no-trunk,s,1)"]
        extension(pattern, *steps)
context("app-no-trunk")
extension("s", "Progress()", "Playback(all-circuits-busy-now&please-try-call-later,noanswer)", "Congestion(20)")

context("app-busy-or-gone")
extension("busy", "Progress()", "Busy(20)")
extension("gone", 'GotoIf($["${CHANNEL(state)}" != "Up"]?unanswered)', "Playback(vm-nobodyavail)",
          "unanswered|Hangup(19)")

put()
put("; Subroutines.")
context("sub-user-callerid")
extension("s", "Set(AMPUSER=${IF($[\"${AMPUSER}\" = \"\"]?${CALLERID(number)}:${AMPUSER})})",
          "GotoIf($[\"${DB(DEVICE/${AMPUSER}/user)}\" = \"\"]?limit)", "Set(AMPUSER=${DB(DEVICE/${AMPUSER}/user)})",
          "Set(AMPUSERCIDNAME=${DB(AMPUSER/${AMPUSER}/cidname)})",
          "ExecIf($[\"${AMPUSERCIDNAME}\" != \"\"]?Set(CALLERID(all)=\"${AMPUSERCIDNAME}\" <${AMPUSER}>))",
          "limit|Set(CHANNEL(language)=${CHANNEL(language)})", "ExecIf($[\"${TTL}\" = \"\"]?Set(__TTL=64):Set(__TTL=$[${TTL} - 1]))",
          "GotoIf($[${TTL} > 0]?good)", "Wait(1)", "Hangup(25)", "good|Return()")

context("sub-exten")
extension("s", "Gosub(sub-user-callerid,s,1)", "Set(LOCAL(number)=${ARG2})", "Set(LOCAL(forward)=${DB(CF/${number})})",
          "GotoIf($[\"${forward}\" != \"\"]?forwarded)", "GotoIf($[\"${DB(DND/${number})}\" = \"YES\"]?dnd)",
          "Set(CONNECTEDLINE(num,i)=${number})",
          "Set(LOCAL(contacts)=${PJSIP_DIAL_CONTACTS(${number})})", 'GotoIf($["${contacts}" = ""]?gone)',
          "Dial(${contacts},${RINGTIMER},${DIAL_OPTIONS}b(sub-predial^s^1(${number})))",
          "Gosub(sub-dial-status,s-${DIALSTATUS},1(${number}))", "Return(${GOSUB_RETVAL})", "gone|Return(NOANSWER)",
          "dnd|Playback(beep,noanswer)", "Return(BUSY)", "forwarded|Set(__FORWARDED_FROM=${number})",
          "Dial(Local/${forward}@from-internal/n,${RINGTIMER},${DIAL_OPTIONS})", "Return(${DIALSTATUS})")

context("sub-dial-status")
extension("s-BUSY", "Set(LOCAL(onbusy)=${DB(CFB/${ARG1})})", "GotoIf($[\"${onbusy}\" = \"\"]?busy)",
          "Dial(Local/${onbusy}@from-internal/n,30)", "Return(${DIALSTATUS})", "busy|Return(BUSY)")
extension("s-NOANSWER", "Return(NOANSWER)")
extension("s-CHANUNAVAIL", "Return(NOANSWER)")
extension("_s-.", "Return(NOANSWER)")

context("sub-predial")
extension("s", "Set(DIALED_EXTENSION=${ARG1})", "Return()")

context("sub-blacklist-check")
extension("s", "GotoIf(${BLACKLIST()}?blocked)", "Set(CALLED_BLACKLIST=1)", "Return()", "blocked|Answer()", "Set(BLDEST=${DB(blacklist/dest)})",
          "ExecIf($[\"${BLDEST}\" = \"\"]?Set(BLDEST=app-blackhole,zapateller,1))", "Goto(${BLDEST})")
context("app-blackhole")
extension("zapateller", "Answer()", "Zapateller()", "Hangup()")
extension("hangup", "Hangup()")
extension("congestion", "Congestion(20)")

context("sub-toggle-condition")
extension("s", "Set(LOCAL(now)=${DB(TC/${ARG1})})", 'GotoIf($["${now}" = "true"]?remove)', "Set(DB(TC/${ARG1})=true)",
          "Playback(beep)", "Return()", "remove|Set(ignored=${DB_DELETE(TC/${ARG1})})", "Playback(beep&beep)", "Return()")

context("sub-dialout-trunk")
extension("s", "Set(DIAL_TRUNK=${ARG1})", "Set(DIAL_NUMBER=${ARG2})", 'GotoIf($["${GLOBAL(OUT_${DIAL_TRUNK})}" = ""]?done)',
          "Set(GROUP()=OUT_${DIAL_TRUNK})", "GotoIf($[\"${GLOBAL(OUTMAXCHANS_${DIAL_TRUNK})}\" = \"\"]?room)",
          "GotoIf($[${GROUP_COUNT(OUT_${DIAL_TRUNK})} > ${GLOBAL(OUTMAXCHANS_${DIAL_TRUNK})} & \"${ARG3}\" != \"on\"]?done)",
          "room|Set(OUTNUM=${GLOBAL(OUTPREFIX_${DIAL_TRUNK})}${DIAL_NUMBER})",
          "ExecIf($[\"${KEEPCID}\" != \"TRUE\"]?Set(CALLERID(num)=${GLOBAL(OUTCID_${DIAL_TRUNK})}))",
          "Set(custom=${CUT(GLOBAL(OUT_${DIAL_TRUNK}),:,1)})", 'GotoIf($["${custom:0:3}" = "AMP"]?done)',
          "Dial(${custom:0:5}/${OUTNUM}@${custom:6},300,${TRUNK_OPTIONS})",
          "Log(NOTICE,Trunk ${DIAL_TRUNK}: ${DIALSTATUS} with cause ${HANGUPCAUSE})",
          "GotoIf($[\"${DIALSTATUS}\" = \"ANSWER\" | \"${DIALSTATUS}\" = \"BUSY\" | \"${DIALSTATUS}\" = \"NOANSWER\"]?end)", "done|Return()",
          'end|ExecIf($["${DIALSTATUS}" = "BUSY"]?Hangup(17))', "Hangup(${HANGUPCAUSE})")

(HERE / "extensions.conf").write_text("\n".join(lines) + "\n")

endpoints = ["[transport]", "type = transport", "protocol = udp", "bind = 127.0.0.1:5060", "",
             "[phone](!)", "type = endpoint", "context = from-internal", "disallow = all", "allow = alaw,ulaw,g722",
             "set_var = __KEEPCID=", "set_var = TRUNKCIDOVERRIDE="]
for trunk in TRUNKS:
    endpoints += ["", f"[{trunk}]", "type = endpoint", "context = from-trunk", "disallow = all", "allow = alaw", f"aors = {trunk}",
                  "", f"[{trunk}]", "type = aor", f"contact = sip:{trunk}@192.0.2.30"]
for number in EXTENSIONS:
    endpoints += ["", f"[{number}](phone)", f"aors = {number}", "", f"[{number}]", "type = aor", "max_contacts = 1"]
(HERE / "pjsip.conf").write_text("\n".join(endpoints) + "\n")

calls = ["# Written by generate.py: every telephone is rung, every number from outside leads somewhere.", 'configuration = "."', "",
         "[defaults]", 'caller = "4001"', 'device = "PJSIP/4001"', 'context = "from-internal"', 'at = "2026-03-02T10:00[Europe/Berlin]"']
for number in EXTENSIONS:
    calls += ["", "[[scenario]]", f'name = "{number} is rung and answers"', f'calls = "{number}"',
              f'devices = {{ "PJSIP/{number}" = "rings 2, answers, talks 3, hangs up" }}',
              f'expect = [{{ rings = "PJSIP/{number}" }}, {{ answers = "caller", seconds = 2 }}, {{ ends = 16, seconds = 5 }}]']
for route in ROUTES:
    calls += ["", "[[scenario]]", f'name = "{route} leads somewhere"', f'calls = "{route}@from-trunk"', 'device = "PJSIP/carrier-a"',
              'caller = "0301234567"', 'devices = { "PJSIP/4*" = "answers, talks 3, hangs up" }', 'does = "waits 300, hangs up"',
              f'expect = [{{ sets = "FROM_DID", to = "{route}" }}, {{ answers = "caller" }}, {{ ends = 16 }}]']
(HERE / "calls-generated.toml").write_text("\n".join(calls) + "\n")

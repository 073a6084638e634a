#!/usr/bin/env python3
"""A program on a public AGI library: pyst2. Sets the variable OUTCOME to `ok` if the PBX is Asterisk to it.

Argument: a folder for a recording.
"""

import sys

from asterisk.agi import AGI, AGIAppError, AGIInvalidCommand, AGIUsageError


def expect(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: {found!r} instead of {expected!r}")


def fails(kind, what, work):
    try:
        work()
    except kind:
        return
    raise AssertionError(f"{what}: no {kind.__name__}")


def run(agi, folder):
    expect("request", agi.env["agi_request"].rsplit("/", 1)[-1], "library.py")
    expect("exten", agi.env["agi_extension"], "700")
    expect("enhanced", agi.env["agi_enhanced"], "0.0")
    agi.answer()
    expect("status", agi.channel_status(), 6)
    agi.verbose("pyst2 is here", 1)
    agi.noop()

    agi.set_variable("COLOUR", 'dark \\"blue\\"')
    expect("variable", agi.get_variable("COLOUR"), 'dark "blue"')
    expect("no variable", agi.get_variable("NOTHING"), "")
    expect("full variable", agi.get_full_variable("${COLOUR}-$[1 + 2]"), 'dark "blue"-3')
    agi.set_callerid("4711")
    expect("caller", agi.get_variable("CALLERID(num)"), "4711")

    agi.database_put("agi", "colour", "red")
    expect("database", agi.database_get("agi", "colour"), "red")
    agi.database_del("agi", "colour")
    fails(Exception, "a deleted key", lambda: agi.database_get("agi", "colour"))

    expect("stream", agi.stream_file("beep"), "")
    expect("control stream", agi.control_stream_file("beep"), "")
    expect("digits", agi.say_digits("12"), "")
    expect("number", agi.say_number("7"), "")
    expect("alpha", agi.say_alpha("a"), "")
    expect("no digit", agi.wait_for_digit(20), "")
    expect("data", agi.get_data("beep", 20, 1), "")
    agi.record_file(f"{folder}/voice", "wav", "#", 300)

    agi.appexec("Set", "FROM_APP=yes")
    expect("application", agi.get_variable("FROM_APP"), "yes")
    fails(AGIInvalidCommand, "an unknown command", lambda: agi.execute("DANCE"))
    fails(AGIUsageError, "a command without arguments", lambda: agi.execute("SET VARIABLE"))
    fails(AGIAppError, "a missing prompt", lambda: agi.stream_file("no-such-prompt"))


def main():
    agi = AGI(stderr=open("/dev/null", "w"))
    try:
        run(agi, sys.argv[1])
        outcome = "ok"
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}".replace('"', "'").replace("\n", " ")
    agi.set_variable("OUTCOME", outcome)


main()

"""A program on a public AMI library: panoramisk. Arguments: host, port, and for TLS the file with the certificate.

Prints `ok` if the PBX is one to it.
"""

import asyncio
import ssl
import sys

from panoramisk import Manager


async def within(what, awaitable):
    try:
        return await asyncio.wait_for(awaitable, 10)
    except asyncio.TimeoutError:
        raise SystemExit(f"{what}: nothing came")


async def main(host, port, certificate=None):
    context = False
    if certificate:
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
    manager = Manager(host=host, port=port, username="panel", secret="s3cret", ping_delay=1, ssl=context)
    seen = asyncio.Queue()
    for name in ("Newchannel", "Newexten", "Hangup", "UserEvent", "LocalBridge"):
        manager.register_event(name, lambda manager, message: seen.put_nowait(message))

    async def event(name):
        while True:
            message = await within(name, seen.get())
            if message.event == name:
                return message

    await within("connect", manager.connect())

    pong = await within("Ping", manager.send_action({"Action": "Ping"}))
    assert pong.success and pong.ping == "Pong", pong

    wrong = await within("a wrong action", manager.send_action({"Action": "Nothing"}))
    assert not wrong.success and "ListCommands" in wrong.message, wrong

    shown = await within("Command", manager.send_command("core show hints"))
    assert shown.success, shown

    sent = await within(
        "Setvar", manager.send_action({"Action": "Setvar", "Variable": "colour", "Value": "red"})
    )
    assert sent.success, sent
    got = await within("Getvar", manager.send_action({"Action": "Getvar", "Variable": "colour"}))
    assert got.value == "red", got

    await within("UserEvent", manager.send_action({"Action": "UserEvent", "UserEvent": "Alarm", "Place": "Cellar"}))
    alarm = await event("UserEvent")
    assert (alarm.userevent, alarm.place) == ("Alarm", "Cellar"), alarm

    queued = await within(
        "Originate",
        manager.send_action(
            {
                "Action": "Originate",
                "Channel": "Local/called@internal",
                "Context": "internal",
                "Exten": "caller",
                "Priority": "1",
                "CallerID": '"Alarm" <100>',
                "Variable": ["a=1", "b=2"],
                "ChannelId": "panel-1",
                "Async": "true",
            }
        ),
    )
    # The library takes everything with the id of the action for its answer.
    first, done = queued
    assert first.success, queued
    assert (done.event, done.response, done.reason, done.uniqueid) == (
        "OriginateResponse",
        "Success",
        "4",
        "panel-1",
    ), done
    one, two = await event("Newchannel"), await event("Newchannel")
    assert (one.uniqueid, two.uniqueid) == ("panel-1", "panel-1;2"), (one, two)
    assert one.linkedid == two.linkedid == "panel-1", (one, two)
    bridge = await event("LocalBridge")
    assert bridge.localoneuniqueid == "panel-1", bridge
    channels = await within("CoreShowChannels", manager.send_action({"Action": "CoreShowChannels"}))
    names = [message.channel for message in channels if message.event == "CoreShowChannel"]
    assert len(names) == 2, channels
    await within("Hangup", manager.send_action({"Action": "Hangup", "Channel": names[0]}))
    gone = {(await event("Hangup")).channel, (await event("Hangup")).channel}
    assert gone == set(names), gone
    manager.close()
    print("ok")


asyncio.run(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))

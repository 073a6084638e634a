"""Follows a blind transfer with a public AMI library, panoramisk. Arguments: host, port.

Prints `ok` if what it was told fits together.
"""

import asyncio
import sys

from panoramisk import Manager

CALL = ("Newchannel", "Hangup", "BridgeEnter", "BridgeLeave", "BlindTransfer", "Newexten", "DialBegin", "DialEnd")


async def main(host, port):
    manager = Manager(host=host, port=port, username="panel", secret="s3cret", ping_delay=60)
    told, more = [], asyncio.Event()

    def hear(manager, message):
        told.append(message)
        more.set()

    for name in CALL:
        manager.register_event(name, hear)

    async def until(what, fits):
        async def look():
            while not (found := [message for message in told if fits(message)]):
                more.clear()
                await more.wait()
            return found

        try:
            return await asyncio.wait_for(look(), 10)
        except asyncio.TimeoutError:
            raise SystemExit(f"{what}: nothing came; told: {[dict(message) for message in told]}")

    def entered(name):
        return lambda message: message.event == "BridgeEnter" and message.channel.startswith(name)

    await asyncio.wait_for(manager.connect(), 10)
    asked = {"Action": "Originate", "Channel": "Local/talker@internal/n", "Context": "internal", "Exten": "caller"}
    answer = await manager.send_action(asked | {"Priority": "1", "Async": "true"})
    assert answer[0].success, answer
    # The second half of the talker dials the called one; both are in a bridge.
    transferer = (await until("the caller's bridge", entered("Local/talker@internal")))[0]
    transferee = (await until("the called one's bridge", entered("Local/called@internal")))[0]
    assert transferer.bridgeuniqueid == transferee.bridgeuniqueid, (transferer, transferee)
    assert transferer.linkedid == transferee.linkedid, (transferer, transferee)

    asked = {"Action": "BlindTransfer", "Channel": transferer.channel, "Context": "internal", "Exten": "third"}
    answer = await manager.send_action(asked)
    assert answer.success, answer
    transfer = (await until("BlindTransfer", lambda message: message.event == "BlindTransfer"))[0]
    assert (transfer.result, transfer.extension, transfer.context) == ("Success", "third", "internal"), transfer
    assert transfer.transfererchannel == transferer.channel, transfer
    assert transfer.transfereechannel == transferee.channel, transfer
    assert transfer.bridgeuniqueid == transferee.bridgeuniqueid, transfer
    is_there = lambda message: message.event == "Newexten" and message.extension == "third"
    arrived = (await until("the third extension", is_there))[0]
    assert arrived.channel == transferee.channel and arrived.uniqueid == transferee.uniqueid, arrived

    everybody = [message.channel for message in told if message.event == "Newchannel"]
    for channel in everybody:
        await manager.send_action({"Action": "Hangup", "Channel": channel})
    is_gone = lambda channel: lambda message: message.event == "Hangup" and message.channel == channel
    for channel in everybody:
        assert len(await until(f"the end of {channel}", is_gone(channel))) == 1, channel
    consistent([message for message in told if message.channel])
    manager.close()
    print("ok")


def consistent(told):
    """Each channel begins once, ends once, is told of in between only, and leaves each bridge that it came into."""
    alive, gone, bridges = set(), set(), {}
    for message in told:
        who = message.uniqueid
        if message.event == "Newchannel":
            assert who not in alive | gone, message
            alive.add(who)
        else:
            assert who in alive, message
        if message.event == "BridgeEnter":
            assert bridges.setdefault(who, message.bridgeuniqueid) == message.bridgeuniqueid, message
        if message.event == "BridgeLeave":
            assert bridges.pop(who) == message.bridgeuniqueid, message
        if message.event == "Hangup":
            assert who not in bridges, message
            alive.remove(who)
            gone.add(who)
    assert not alive and len(gone) >= 4, (alive, gone)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))

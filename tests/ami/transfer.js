// Follows a blind transfer with a public AMI library for Node, asterisk-manager. Arguments: host, port.
//
// Prints `ok` if what it was told fits together.

'use strict';

const assert = require('assert');
const Manager = require('asterisk-manager');

const [host, port] = process.argv.slice(2);
const ami = new Manager(port, host, 'panel', 's3cret', true);
const told = [];
let woken = () => {};

ami.on('managerevent', (event) => {
  told.push(event);
  woken();
});

const act = (action) =>
  new Promise((done, failed) => ami.action(action, (error, answer) => (error ? failed(error) : done(answer))));

async function until(what, fits) {
  const patience = setTimeout(() => {
    console.error(`${what}: nothing came; told:`, told);
    process.exit(1);
  }, 10000);
  let found;
  while (!(found = told.find(fits))) {
    await new Promise((done) => {
      woken = done;
    });
  }
  clearTimeout(patience);
  return found;
}

const named = (name, channel) => (event) => event.event === name && event.channel.startsWith(channel);

async function main() {
  await new Promise((done, failed) => {
    ami.on('connect', done);
    ami.on('error', failed);
  });
  const queued = await act({
    action: 'originate',
    channel: 'Local/talker@internal/n',
    context: 'internal',
    exten: 'caller',
    priority: 1,
    async: 'true',
    variable: { a: '1', b: '2' },
  });
  assert.strictEqual(queued.response, 'Success');
  const transferer = await until('the caller in a bridge', named('BridgeEnter', 'Local/talker@internal'));
  const transferee = await until('the called one in a bridge', named('BridgeEnter', 'Local/called@internal'));
  assert.strictEqual(transferer.bridgeuniqueid, transferee.bridgeuniqueid);

  const sent = await act({ action: 'blindtransfer', channel: transferer.channel, context: 'internal', exten: 'third' });
  assert.strictEqual(sent.response, 'Success', JSON.stringify(sent));
  const transfer = await until('BlindTransfer', (event) => event.event === 'BlindTransfer');
  assert.deepStrictEqual(
    [transfer.result, transfer.extension, transfer.transfererchannel, transfer.transfereechannel],
    ['Success', 'third', transferer.channel, transferee.channel]
  );
  const arrived = await until('the third', (event) => event.event === 'Newexten' && event.extension === 'third');
  assert.strictEqual(arrived.uniqueid, transferee.uniqueid);

  const begun = told.filter((event) => event.event === 'Newchannel');
  for (const { channel } of begun) {
    await act({ action: 'hangup', channel }).catch(() => {});
  }
  for (const { channel, uniqueid } of begun) {
    const gone = await until(`the end of ${channel}`, (event) => event.event === 'Hangup' && event.uniqueid === uniqueid);
    assert.ok(told.indexOf(gone) > told.findIndex((event) => event.uniqueid === uniqueid));
  }
  assert.ok(begun.length >= 4, JSON.stringify(begun));
  console.log('ok');
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

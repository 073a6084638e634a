#!/usr/bin/perl
# A program on a public AGI library: Asterisk::AGI. Sets the variable OUTCOME to `ok` if the PBX is Asterisk to it.

use strict;
use warnings;
use Asterisk::AGI;

my $agi = Asterisk::AGI->new;
my %env = $agi->ReadParse();

sub expect {
    my ($what, $found, $expected) = @_;
    $found = 'undef' unless defined $found;
    die "$what: $found instead of $expected\n" if $found ne $expected;
}

my $outcome = eval {
    expect('extension', $env{extension}, '701');
    expect('argument', $env{arg_1}, 'two words');
    expect('answer', $agi->answer(), 0);
    expect('status', $agi->channel_status(), 6);
    expect('verbose', $agi->verbose('Asterisk::AGI is here', 1), 1);
    expect('set variable', $agi->set_variable('COLOUR', 'blue'), 1);
    expect('variable', $agi->get_variable('COLOUR'), 'blue');
    expect('full variable', $agi->get_full_variable('${COLOUR}!'), 'blue!');
    expect('set callerid', $agi->set_callerid('"Eve" <4712>'), 1);
    expect('caller', $agi->get_variable('CALLERID(name)'), 'Eve');
    expect('put', $agi->database_put('agi', 'key', 'value'), 1);
    expect('get', $agi->database_get('agi', 'key'), 'value');
    expect('deltree', $agi->database_deltree('agi'), 0);
    expect('stream', $agi->stream_file('beep', '123'), 0);
    expect('digits', $agi->say_digits('42', '""'), 0);
    expect('phonetic', $agi->say_phonetic('a', '""'), 0);
    expect('time', $agi->say_time(0, '""'), 0);
    expect('no digit', $agi->wait_for_digit(20), 0);
    expect('music on', $agi->set_music('on'), 0);
    expect('music off', $agi->set_music('off'), 0);
    expect('autohangup', $agi->set_autohangup(30), 0);
    expect('application', $agi->exec('Set', 'FROM_APP=yes'), 0);
    expect('from application', $agi->get_variable('FROM_APP'), 'yes');
    expect('no application', $agi->exec('NoSuchApp', ''), -2);
    expect('context', $agi->set_context('internal'), 0);
    expect('extension', $agi->set_extension('702'), 0);
    expect('priority', $agi->set_priority(1), 0);
    'ok';
};
chomp(my $reason = $@);
$agi->set_variable('OUTCOME', $outcome || $reason);

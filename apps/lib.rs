//! Dialplan applications, one file each.
//!
//! A new application is one file, one `mod` line and one `add_app` line here.

mod answer;
mod background;
mod busy;
mod congestion;
mod continue_while;
mod dial;
mod echo;
mod end_while;
mod exec_if;
mod exec_if_time;
mod exit_while;
mod gosub;
mod gosub_if;
mod goto;
mod goto_if;
mod goto_if_time;
mod hangup;
mod log;
mod mset;
mod noop;
mod play_tones;
mod playback;
mod proceeding;
mod progress;
mod read;
mod r#return;
mod ringing;
mod say_digits;
mod say_number;
mod send_dtmf;
mod set;
mod stop_play_tones;
mod system;
#[cfg(test)]
mod testing;
mod try_system;
mod user_event;
mod verbose;
mod wait;
mod wait_exten;
mod while_loop;

use obelus_core::registry::Registry;

/// Enters all applications.
pub fn register(registry: &mut Registry) {
    registry.add_app(answer::Answer);
    registry.add_app(background::BackGround);
    registry.add_app(busy::Busy);
    registry.add_app(congestion::Congestion);
    registry.add_app(continue_while::ContinueWhile);
    registry.add_app(dial::Dial);
    registry.add_app(echo::Echo);
    registry.add_app(end_while::EndWhile);
    registry.add_app(exec_if::ExecIf);
    registry.add_app(exec_if_time::ExecIfTime);
    registry.add_app(exit_while::ExitWhile);
    registry.add_app(gosub::Gosub);
    registry.add_app(gosub_if::GosubIf);
    registry.add_app(goto::Goto);
    registry.add_app(goto_if::GotoIf);
    registry.add_app(goto_if_time::GotoIfTime);
    registry.add_app(hangup::Hangup);
    registry.add_app(log::Log);
    registry.add_app(mset::MSet);
    registry.add_app(noop::NoOp);
    registry.add_app(play_tones::PlayTones);
    registry.add_app(playback::Playback);
    registry.add_app(proceeding::Proceeding);
    registry.add_app(progress::Progress);
    registry.add_app(read::Read);
    registry.add_app(r#return::Return);
    registry.add_app(ringing::Ringing);
    registry.add_app(say_digits::SayDigits);
    registry.add_app(say_number::SayNumber);
    registry.add_app(send_dtmf::SendDtmf);
    registry.add_app(set::Set);
    registry.add_app(stop_play_tones::StopPlayTones);
    registry.add_app(system::System);
    registry.add_app(try_system::TrySystem);
    registry.add_app(user_event::UserEvent);
    registry.add_app(verbose::Verbose);
    registry.add_app(wait::Wait);
    registry.add_app(wait_exten::WaitExten);
    registry.add_app(while_loop::While);
}

//! Dialplan functions, one file each.
//!
//! A new function is one file, one `mod` line and one `add_function` line here.

mod abs;
mod aes_decrypt;
mod aes_encrypt;
mod aes_key;
mod array;
mod base64_decode;
mod base64_encode;
mod basename;
mod blacklist;
mod bytes;
mod calendar;
mod callerid;
mod catalogue;
mod cdr;
mod cdr_prop;
mod channel;
mod channel_exists;
mod channels;
mod connectedline;
mod csv_quote;
mod curl;
mod curlopt;
mod cut;
mod database;
mod db;
mod db_delete;
mod db_exists;
mod db_keycount;
mod db_keys;
mod dec;
mod delete;
mod device_state;
mod dialgroup;
mod dialplan_exists;
mod digit_sum;
mod dirname;
mod encoded;
mod env;
mod eval;
mod eval_exten;
mod eval_sub;
mod exception;
mod exists;
mod export;
mod extension_state;
mod feature;
mod featuremap;
mod fieldnum;
mod fieldqty;
mod fields;
mod file;
mod file_count_line;
mod file_format;
mod filter;
mod global;
mod global_delete;
mod global_exists;
mod group;
mod group_count;
mod group_list;
mod group_match_count;
mod group_show_channels;
mod groups;
mod hangupcause;
mod hangupcause_keys;
mod hash;
mod hashkeys;
mod hint;
mod iconv;
mod if_condition;
mod ifmodule;
mod iftime;
mod import;
mod inc;
mod isnull;
mod json_decode;
mod keypadhash;
mod len;
mod lines;
mod listfilter;
mod local;
mod local_peek;
mod lock;
mod locks;
mod locks_show;
mod log_group;
mod ltrim;
#[cfg(test)]
mod manual;
mod master_channel;
mod math;
mod max;
mod md5;
mod message;
mod message_data;
mod min;
mod muteaudio;
mod number;
mod other_channel;
mod party;
mod passthru;
mod pop;
mod presence_state;
mod printf;
mod push;
mod quote;
mod rand;
mod recording_info;
mod redirecting;
mod regex;
mod replace;
mod rtrim;
mod scramble;
mod set;
mod sha1;
mod shared;
mod shell;
mod shift;
mod sort;
mod sprintf;
mod sql_esc;
mod sql_esc_backslashes;
mod srv;
mod srvquery;
mod srvresult;
mod stack_peek;
mod stat;
mod strbetween;
mod strftime;
mod strptime;
mod strreplace;
mod sysinfo;
mod talk_detect;
#[cfg(test)]
mod testing;
mod testtime;
mod timeout;
mod tolower;
mod toupper;
mod trim;
mod trylock;
mod unlock;
mod unshift;
mod uridecode;
mod uriencode;
mod uuid;
mod variable_exists;
mod version;
mod volume;
#[cfg(test)]
mod web_server;

use std::sync::Arc;

use obelus_core::registry::Registry;

/// Enters all functions.
pub fn register(registry: &mut Registry) {
    let groups = Arc::new(groups::Groups::default());
    let locks = Arc::new(locks::Locks::default());
    let services = Arc::new(srv::Services::default());
    registry.add_command(locks_show::LocksShow(locks.clone()));
    registry.expect_functions(catalogue::ASTERISK);
    registry.add_function(abs::Abs);
    registry.add_function(aes_decrypt::AesDecrypt);
    registry.add_function(aes_encrypt::AesEncrypt);
    registry.add_function(array::Array);
    registry.add_function(base64_decode::Base64Decode);
    registry.add_function(base64_encode::Base64Encode);
    registry.add_function(basename::Basename);
    registry.add_function(blacklist::BlackList);
    registry.add_function(callerid::CallerId);
    registry.add_function(cdr::Cdr);
    registry.add_function(cdr_prop::CdrProp);
    registry.add_function(channel::ChannelItem);
    registry.add_function(channel_exists::ChannelExists);
    registry.add_function(channels::Channels);
    registry.add_function(connectedline::ConnectedLine);
    registry.add_function(csv_quote::CsvQuote);
    registry.add_function(curl::Curl::default());
    registry.add_function(curlopt::CurlOption);
    registry.add_function(cut::Cut);
    registry.add_function(db::Db);
    registry.add_function(db_delete::DbDelete);
    registry.add_function(db_exists::DbExists);
    registry.add_function(db_keycount::DbKeyCount);
    registry.add_function(db_keys::DbKeys);
    registry.add_function(dec::Dec);
    registry.add_function(delete::Delete);
    registry.add_function(device_state::DeviceState);
    registry.add_function(dialgroup::DialGroup::default());
    registry.add_function(dialplan_exists::DialplanExists);
    registry.add_function(digit_sum::DigitSum);
    registry.add_function(dirname::Dirname);
    registry.add_function(env::EnvironmentVariable);
    registry.add_function(eval::Eval);
    registry.add_function(eval_exten::EvalExten);
    registry.add_function(eval_sub::EvalSub);
    registry.add_function(exception::ExceptionField);
    registry.add_function(exists::Exists);
    registry.add_function(export::Export);
    registry.add_function(extension_state::ExtensionState);
    registry.add_function(feature::Feature);
    registry.add_function(featuremap::FeatureMap);
    registry.add_function(fieldnum::FieldNumber);
    registry.add_function(fieldqty::FieldQuantity);
    registry.add_function(file::FileContent);
    registry.add_function(file_count_line::FileCountLine);
    registry.add_function(file_format::FileFormat);
    registry.add_function(filter::Filter);
    registry.add_function(global::Global);
    registry.add_function(global_delete::GlobalDelete);
    registry.add_function(global_exists::GlobalExists);
    registry.add_function(log_group::LogGroup);
    registry.add_function(group::Group(groups.clone()));
    registry.add_function(group_count::GroupCount(groups.clone()));
    registry.add_function(group_list::GroupList(groups.clone()));
    registry.add_function(group_match_count::GroupMatchCount(groups.clone()));
    registry.add_command(group_show_channels::GroupShowChannels(groups));
    registry.add_function(hangupcause::HangupCause);
    registry.add_function(hangupcause_keys::HangupCauseKeys);
    registry.add_function(hash::Hash);
    registry.add_function(hashkeys::HashKeys);
    registry.add_function(hint::Hint);
    registry.add_function(iconv::Iconv);
    registry.add_function(if_condition::If);
    registry.add_function(ifmodule::IfModule);
    registry.add_function(iftime::IfTime);
    registry.add_function(import::Import);
    registry.add_function(inc::Inc);
    registry.add_function(isnull::IsNull);
    registry.add_function(json_decode::JsonDecode);
    registry.add_function(keypadhash::KeypadHash);
    registry.add_function(len::Len);
    registry.add_function(listfilter::ListFilter);
    registry.add_function(local::LocalVariable);
    registry.add_function(local_peek::LocalPeek);
    registry.add_function(lock::Lock(locks.clone()));
    registry.add_function(ltrim::Ltrim);
    registry.add_function(master_channel::MasterChannel);
    registry.add_function(math::Math);
    registry.add_function(max::Max);
    registry.add_function(message::MessageFields);
    registry.add_function(message_data::MessageData);
    registry.add_function(md5::Md5Digest);
    registry.add_function(min::Min);
    registry.add_function(muteaudio::MuteAudio);
    registry.add_function(passthru::PassThru);
    registry.add_function(pop::Pop);
    registry.add_function(presence_state::PresenceStateOf);
    registry.add_function(push::Push);
    registry.add_function(quote::Quote);
    registry.add_function(rand::Rand);
    registry.add_function(recording_info::RecordingInfo);
    registry.add_function(redirecting::Redirecting);
    registry.add_function(regex::RegexMatch);
    registry.add_function(replace::Replace);
    registry.add_function(rtrim::Rtrim);
    registry.add_function(scramble::Scramble);
    registry.add_function(set::SetVariable);
    registry.add_function(sha1::Sha1Digest);
    registry.add_function(shared::Shared);
    registry.add_function(shell::Shell);
    registry.add_function(shift::Shift);
    registry.add_function(sort::Sort);
    registry.add_function(sprintf::FormattedText);
    registry.add_function(sql_esc::SqlEscape);
    registry.add_function(sql_esc_backslashes::SqlEscapeBackslashes);
    registry.add_function(srvquery::SrvQuery(services.clone()));
    registry.add_function(srvresult::SrvResult(services));
    registry.add_function(stack_peek::StackPeek);
    registry.add_function(stat::FileStatus);
    registry.add_function(strbetween::StrBetween);
    registry.add_function(strftime::Strftime);
    registry.add_function(strptime::Strptime);
    registry.add_function(strreplace::StrReplace);
    registry.add_function(sysinfo::SystemInformation);
    registry.add_function(talk_detect::TalkDetect);
    registry.add_function(testtime::TestTime);
    registry.add_function(timeout::Timeout);
    registry.add_function(tolower::ToLower);
    registry.add_function(toupper::ToUpper);
    registry.add_function(trim::Trim);
    registry.add_function(trylock::TryLock(locks.clone()));
    registry.add_function(unlock::Unlock(locks));
    registry.add_function(unshift::Unshift);
    registry.add_function(uridecode::UriDecode);
    registry.add_function(uriencode::UriEncode);
    registry.add_function(uuid::Uuid);
    registry.add_function(variable_exists::VariableExists);
    registry.add_function(version::Version);
    registry.add_function(volume::Volume);
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check};

    #[tokio::test]
    async fn every_example_gives_the_value_that_it_shows() {
        let registry = Bench::new().pbx.core.registry();
        for function in registry.functions() {
            assert!(!function.examples().is_empty(), "{} has no example", function.name());
            for (expression, value) in function.examples() {
                assert!(
                    expression.contains(function.name()),
                    "{expression} does not show {}",
                    function.name()
                );
                check(expression, value).await;
            }
        }
    }

    #[test]
    fn every_function_explains_itself() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        let registry = Bench::new().pbx.core.registry();
        for function in registry.functions() {
            let (name, help) = (function.name(), function.help());
            assert!(help.synopsis.ends_with('.') && help.description.ends_with('.'), "{name}: a full stop");
            assert!(function.readable() || function.writable(), "{name} is good for nothing");
            assert!(!help.see_also.contains(&name), "{name} refers to itself");
        }
    }
}

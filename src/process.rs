//! What the process is to the system: its user, its limits, its life in the background.

use std::ffi::CString;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::{Group, User, initgroups, setgid, setgroups, setuid};

/// Who the process becomes: `-U` and `-G`, `runuser` and `rungroup`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The user's name; empty for whoever started it.
    pub user: String,
    /// The group's name; empty for the user's own.
    pub group: String,
}

/// Gives up the rights of whoever started the process; to be called before any thread is there.
///
/// # Errors
/// An unknown name, or no right to change.
pub fn become_user(identity: &Identity) -> io::Result<()> {
    let unknown = |what: &str, name: &str| io::Error::other(format!("there is no {what} `{name}`"));
    let user = match identity.user.as_str() {
        "" => None,
        name => Some(User::from_name(name)?.ok_or_else(|| unknown("user", name))?),
    };
    let group = match identity.group.as_str() {
        "" => user.as_ref().map(|user| user.gid),
        name => Some(Group::from_name(name)?.ok_or_else(|| unknown("group", name))?.gid),
    };
    let Some(group) = group else { return Ok(()) };
    match &user {
        Some(user) => initgroups(&CString::new(user.name.clone())?, group)?,
        None => setgroups(&[group])?,
    }
    setgid(group)?;
    if let Some(user) = user {
        setuid(user.uid)?;
    }
    Ok(())
}

/// Lets the process open as many files as it may, or as many as the settings say; every call needs four.
///
/// # Errors
/// More is asked for than the system permits.
pub fn allow_files(most: Option<u64>) -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let wanted = most.unwrap_or(hard);
    Ok(setrlimit(Resource::RLIMIT_NOFILE, wanted, hard.max(wanted))?)
}

/// `-g`: a crash leaves its core behind.
///
/// # Errors
/// The system does not permit it.
pub fn dump_core() -> io::Result<()> {
    let (_, hard) = getrlimit(Resource::RLIMIT_CORE)?;
    Ok(setrlimit(Resource::RLIMIT_CORE, hard, hard)?)
}

/// Starts this program again, with `-f` and the same arguments, in a group of its own, which the terminal's keys do not reach.
///
/// # Errors
/// The program cannot be started.
pub fn go_to_background() -> io::Result<()> {
    let mut again = Command::new(std::env::current_exe()?);
    if let Some(name) = std::env::args_os().next() {
        again.arg0(name);
    }
    again.arg("-f").args(std::env::args_os().skip(1).filter(|argument| argument != "-F"));
    again.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    again.process_group(0).spawn()?;
    Ok(())
}

/// Runs the same program with the same arguments in the place of this one; returns only why that is impossible.
pub fn begin_again() -> io::Error {
    use std::os::unix::process::CommandExt;
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program).arg0(name).args(arguments).exec(),
        Err(error) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_user_is_named() {
        let identity = Identity { user: "nobody-of-this-name".to_owned(), group: String::new() };
        let error = become_user(&identity).unwrap_err();
        assert_eq!(error.to_string(), "there is no user `nobody-of-this-name`");
        assert!(become_user(&Identity::default()).is_ok());
    }

    #[test]
    fn as_many_files_as_the_system_permits() {
        allow_files(None).expect("within the limit");
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("read");
        assert_eq!(soft, hard);
    }
}

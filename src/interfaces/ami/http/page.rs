//! The page of `/manager` and `/amanager`, with which people try actions.

/// What the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Name and password too, for `Login`.
    Open,
    /// The browser has asked for them already.
    Known,
}

const LOGIN: &str =
    "<p>User <input name=\"username\"> Password <input type=\"password\" name=\"secret\"></p>\r\n";

/// The page around rows of a table.
pub(super) fn page(rows: &str, form: Form) -> String {
    let login = if form == Form::Open { LOGIN } else { "" };
    format!(
        "<!DOCTYPE html>\r\n<html><head><title>Manager Interface</title></head>\r\n<body>\r\n\
         <h1>Manager Interface</h1>\r\n<form method=\"post\">\r\n\
         <p>Action <input name=\"action\"> Command <input name=\"command\"></p>\r\n{login}\
         <p><input type=\"submit\" value=\"Send\"></p>\r\n</form>\r\n\
         <table>\r\n{rows}</table>\r\n</body></html>\r\n"
    )
}

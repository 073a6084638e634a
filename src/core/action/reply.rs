//! What is answered: blocks of `Header: value` lines that end with an empty line.

use std::fmt::{Display, Write};

/// Lines of one block, written so that no value can end a line or the block.
pub struct Lines<'a>(&'a mut String);

impl<'a> Lines<'a> {
    /// Writes behind what is there already.
    pub fn new(text: &'a mut String) -> Lines<'a> {
        Lines(text)
    }

    /// A line; what would break it is written as `\r` and `\n`.
    pub fn put(&mut self, name: &str, value: impl Display) -> &mut Lines<'a> {
        self.put_prefixed("", name, value)
    }

    /// A line whose name begins with a prefix: `DestChannel`.
    pub fn put_prefixed(&mut self, prefix: &str, name: &str, value: impl Display) -> &mut Lines<'a> {
        let _ = write!(Safe(self.0), "{prefix}{name}: {value}");
        self.end_line()
    }

    /// A line whose value is written with C's escapes, as Asterisk writes names and values of variables.
    pub fn put_escaped(&mut self, prefix: &str, name: &str, value: &str) -> &mut Lines<'a> {
        let _ = write!(Safe(self.0), "{prefix}{name}: ");
        push_escaped(self.0, value);
        self.end_line()
    }

    /// `name=value` behind a header, the value with C's escapes.
    pub fn put_pair(&mut self, prefix: &str, header: &str, name: &str, value: &str) -> &mut Lines<'a> {
        let _ = write!(Safe(self.0), "{prefix}{header}: {name}=");
        push_escaped(self.0, value);
        self.end_line()
    }

    /// A line as it came.
    pub fn put_line(&mut self, line: &str) -> &mut Lines<'a> {
        let _ = Safe(self.0).write_str(line);
        self.end_line()
    }

    fn end_line(&mut self) -> &mut Lines<'a> {
        self.0.push_str("\r\n");
        self
    }
}

/// Lets no line end through.
struct Safe<'a>(&'a mut String);

impl Write for Safe<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for letter in text.chars() {
            match letter {
                '\r' => self.0.push_str("\\r"),
                '\n' => self.0.push_str("\\n"),
                // Asterisk's strings end here.
                '\0' => {}
                letter => self.0.push(letter),
            }
        }
        Ok(())
    }
}

fn push_escaped(text: &mut String, value: &str) {
    for letter in value.chars() {
        let escape = match letter {
            '\x07' => 'a',
            '\x08' => 'b',
            '\x0c' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\x0b' => 'v',
            '\\' | '\'' | '"' | '?' => letter,
            '\0' => continue,
            letter => {
                text.push(letter);
                continue;
            }
        };
        text.push('\\');
        text.push(escape);
    }
}

/// The answer to one message; every block carries the message's `ActionID` where Asterisk puts it.
#[derive(Debug, Default)]
pub struct Reply {
    text: String,
    id: Option<String>,
}

/// A block that is being written; it ends when it is dropped.
pub struct Block<'a> {
    text: &'a mut String,
    id: Option<&'a str>,
}

impl Reply {
    /// An empty answer to a message with this `ActionID`.
    pub fn new(action_id: &str) -> Reply {
        Reply { text: String::new(), id: Some(action_id.to_owned()).filter(|id| !id.is_empty()) }
    }

    /// What has been answered.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes what has been answered so far.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    fn block(&mut self) -> Block<'_> {
        Block { text: &mut self.text, id: self.id.as_deref() }
    }

    /// Adds the blocks of another reply.
    pub fn append(&mut self, other: &Reply) {
        self.text.push_str(&other.text);
    }

    /// `Response:` with the id, and more to follow.
    pub fn response(&mut self, word: &str) -> Block<'_> {
        let mut block = self.block();
        block.put("Response", word).id();
        block
    }

    /// It could not be done.
    pub fn error(&mut self, message: impl Display) {
        self.response("Error").put("Message", message);
    }

    /// It was done.
    pub fn ack(&mut self, message: impl Display) {
        self.response("Success").put("Message", message);
    }

    /// It was done, with more to follow.
    pub fn success(&mut self) -> Block<'_> {
        self.response("Success")
    }

    /// A list of events follows.
    pub fn list(&mut self, message: impl Display) {
        self.response("Success").put("EventList", "start").put("Message", message);
    }

    /// An event of the list, without the id.
    pub fn event(&mut self, name: &str) -> Block<'_> {
        let mut block = self.block();
        block.put("Event", name);
        block
    }

    /// An event of the list, with the id behind the name.
    pub fn item(&mut self, name: &str) -> Block<'_> {
        let mut block = self.event(name);
        block.id();
        block
    }

    /// The list is complete.
    pub fn list_ends(&mut self, name: &str, count: usize) -> Block<'_> {
        let mut block = self.item(name);
        block.put("EventList", "Complete").put("ListItems", count);
        block
    }
}

impl Block<'_> {
    /// The lines, for what writes into any block.
    pub fn lines(&mut self) -> Lines<'_> {
        Lines::new(self.text)
    }

    /// A line.
    pub fn put(&mut self, name: &str, value: impl Display) -> &mut Self {
        self.lines().put(name, value);
        self
    }

    /// The message's id, if it had one.
    pub fn id(&mut self) -> &mut Self {
        if let Some(id) = self.id {
            Lines::new(self.text).put("ActionID", id);
        }
        self
    }
}

impl Drop for Block<'_> {
    fn drop(&mut self) {
        self.text.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_carry_the_id_and_end_by_themselves() {
        let mut reply = Reply::new("7");
        reply.list("Things will follow");
        reply.event("Thing").put("Name", "a").id();
        reply.list_ends("ThingsComplete", 1);
        assert_eq!(
            reply.text(),
            "Response: Success\r\nActionID: 7\r\nEventList: start\r\nMessage: Things will follow\r\n\r\n\
             Event: Thing\r\nName: a\r\nActionID: 7\r\n\r\n\
             Event: ThingsComplete\r\nActionID: 7\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
        );
    }

    #[test]
    fn no_value_breaks_the_framing() {
        let mut reply = Reply::new("a\r\n\r\nEvent: Forged");
        reply.error("x\r\n\r\ny\0");
        reply.success().lines().put_escaped("", "Value", "\"a\"\r\n\tb?");
        assert_eq!(
            reply.text(),
            "Response: Error\r\nActionID: a\\r\\n\\r\\nEvent: Forged\r\nMessage: x\\r\\n\\r\\ny\r\n\r\n\
             Response: Success\r\nActionID: a\\r\\n\\r\\nEvent: Forged\r\nValue: \\\"a\\\"\\r\\n\\tb\\?\r\n\r\n"
        );
    }
}

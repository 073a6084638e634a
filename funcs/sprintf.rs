//! `SPRINTF(format,arg1[,arg2[,...]])`: values in a format.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::{scan_float, scan_integer};
use crate::printf::Conversion;

pub(crate) struct FormattedText;

static HELP: Help = Help {
    synopsis: "Format a variable according to a format string.",
    arguments: &[
        Argument::required(
            "format",
            "As for printf(3): %d, %i, %o, %u, %x, %X, %c, %e, %E, %f, %F, %g, %G and %s with flags, width and precision, and %%.",
        ),
        Argument::repeated("arg", true, "A value for each."),
    ],
    description: "Numbers are read from the beginnings of the values.",
    see_also: &["STRFTIME", "MATH"],
};

#[async_trait]
impl DialplanFunction for FormattedText {
    fn name(&self) -> &'static str {
        "SPRINTF"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SPRINTF(%03d-%5.2f-%s,7,3.14159,x)}", "007- 3.14-x"), ("${SPRINTF(%x,255)}", "ff")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, usize::MAX);
        let mut values = arguments.from(1);
        let mut rest = arguments.required(0, "format")?;
        let mut text = String::new();
        while let Some((before, behind)) = rest.split_once('%') {
            text.push_str(before);
            let (conversion, after) = Conversion::parse(behind)
                .ok_or_else(|| FunctionError::arguments("the format ends in the middle of a conversion"))?;
            rest = after;
            if conversion.letter == '%' {
                text.push('%');
                continue;
            }
            let value = values
                .next()
                .ok_or_else(|| FunctionError::arguments("there are more conversions than values"))?;
            text.push_str(&converted(&conversion, value)?);
        }
        text.push_str(rest);
        Ok(text)
    }
}

fn converted(conversion: &Conversion, value: &str) -> Result<String, FunctionError> {
    let letter = conversion.letter;
    match letter {
        'd' | 'i' | 'o' | 'u' | 'x' | 'X' | 'c' => scan_integer(value)
            .map(|(number, _)| conversion.integer(number as i32))
            .ok_or_else(|| FunctionError::arguments(format!("`{value}` is no whole number for %{letter}"))),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => scan_float(value)
            .map(|number| conversion.float(number))
            .ok_or_else(|| FunctionError::arguments(format!("`{value}` is no number for %{letter}"))),
        's' => Ok(conversion.text(value)),
        other => Err(FunctionError::arguments(format!("there is no conversion %{other}"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_does_not_fit_the_format_is_refused() {
        check("${SPRINTF(100%% of %s,\"a,b\")}|${SPRINTF(plain)}", "100% of a,b|plain").await;
        refuses("SPRINTF(%d)", "there are more conversions than values").await;
        refuses("SPRINTF(%d,x)", "`x` is no whole number for %d").await;
        refuses("SPRINTF(%f,x)", "`x` is no number for %f").await;
        refuses("SPRINTF(%n,1)", "there is no conversion %n").await;
        refuses("SPRINTF(5%,1)", "the format ends in the middle of a conversion").await;
        refuses("SPRINTF()", "the argument `format` is missing").await;
    }
}

//! Templates and what Asterisk makes of them.

use proptest::prelude::*;

use super::*;
use crate::fault::Fault;

/// The variables that the cases use.
fn variable(name: &str, out: &mut String) -> bool {
    let value = match name {
        "foo" => "123",
        "bar" => "foo",
        "baz" => "fo",
        "empty" => "",
        "one" => "1",
        "minus" => "-5",
        "offset" => "1",
        "EXTEN" => "918005551234",
        "name" => "A B",
        "quoted" => "say \"hi\"",
        "call" => "LEN(abc)",
        "sum" => "2 + 3",
        "op" => "+",
        "colon" => "a:b",
        "umlaut" => "äöü",
        _ => return false,
    };
    out.push_str(value);
    true
}

/// `LEN` counts bytes, `ECHO` returns its arguments, `TWICE` says them two times; there are no others.
fn function(name: &str, arguments: &str) -> Option<String> {
    match name {
        "LEN" => Some(arguments.len().to_string()),
        "ECHO" => Some(arguments.to_owned()),
        "TWICE" => Some(format!("{arguments}{arguments}")),
        _ => None,
    }
}

fn expand(text: &str) -> String {
    let template = Template::compile(text);
    Machine::new().expand(&template, &variable, &mut function).unwrap().to_owned()
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(expand(text), *expected, "{text}");
    }
}

fn check_problems(text: &str, expected: &[&str]) {
    let template = Template::compile(text);
    let shown: Vec<String> = template.problems().iter().map(ToString::to_string).collect();
    assert_eq!(shown, expected, "{text}");
}

/// Results that Asterisk's own test of substitution (`tests/test_substitution.c`) asserts.
#[test]
fn the_cases_of_asterisks_own_test() {
    check(&[
        ("${foo}${foo}", "123123"),
        ("A${foo}A${foo}A", "A123A123A"),
        ("A${${bar}}A", "A123A"),
        ("A${${baz}o}A", "A123A"),
        ("A${${baz}o:1}A", "A23A"),
        ("A${${baz}o:1:1}A", "A2A"),
        ("A${${baz}o:1:-1}A", "A2A"),
        ("A${${baz}o:-1:1}A", "A3A"),
        ("A${${baz}o:-2:1}A", "A2A"),
        ("A${${baz}o:-2:-1}A", "A2A"),
        ("${foo},${this_does_not_exist},${THIS_DOES_NOT_EXIST(either)}", "123,,"),
    ]);
}

/// Channel Variables, "Substring" in Asterisk's documentation.
#[test]
fn parts() {
    check(&[
        ("${EXTEN:1}", "18005551234"),
        ("${EXTEN:1:3}", "180"),
        ("${EXTEN:-4}", "1234"),
        ("${EXTEN:-4:2}", "12"),
        ("${EXTEN:0:-4}", "91800555"),
        ("${EXTEN:-3:-1}", "23"),
        ("${EXTEN:99}", ""),
        ("${EXTEN:${offset}:3}", "180"),
        ("${EXTEN:$[1+1]:3}", "800"),
        ("${umlaut:2}", "öü"),
        ("${umlaut:1}", "öü"),
        ("${umlaut:0:3}", "ä"),
    ]);
}

/// Dialplan functions, and `parse_variable_name` and `func_args` for the corners.
#[test]
fn functions_in_references() {
    check(&[
        ("${LEN(abc)}", "3"),
        ("${LEN(${foo})}", "3"),
        ("${LEN(${LEN(${foo}${foo}45)})}", "1"),
        ("${ECHO(a,b):1:1}", ","),
        ("${ECHO(a:b)}", "a:b"),
        ("${ECHO(a(b)c)}", "a(b)c"),
        ("${ECHO(a)b}", "a"),
        ("${ECHO(a", "a"),
        ("${TWICE(${colon})}", "a:ba:b"),
        ("${TWICE(${colon}):2:2}", "ba"),
        ("${${call}}", "3"),
        ("${ECHO()}x", "x"),
        ("${NONE(x)}y", "y"),
        ("${ECHO({)}", "{"),
        ("${ECHO({}})}", "{})}"),
        ("${ECHO($[1+1])}", "2"),
    ]);
}

/// `pbx_substitute_variables_helper_full` copies what is no substitution, backslashes too.
#[test]
fn what_is_no_substitution() {
    check(&[
        ("", ""),
        ("plain", "plain"),
        ("$", "$"),
        ("$$", "$$"),
        ("$5.00", "$5.00"),
        ("$${foo}", "$123"),
        ("\\${foo}", "\\123"),
        ("\\$[1+1]", "\\2"),
        ("{foo}", "{foo}"),
        ("[1+1]", "[1+1]"),
        ("${}", ""),
        ("$[]", ""),
        ("${foo", "123"),
        ("a${foo ", "a"),
        ("$[1 + 1", "2"),
        ("${foo}}", "123}"),
        ("$[1+1]]", "2]"),
        ("${${foo}", ""),
    ]);
}

/// Values go into the text of an expression before it is parsed, so that they may be more than operands.
#[test]
fn expressions_with_values() {
    check(&[
        ("$[${foo} + 1]", "124"),
        ("$[${foo}+${foo}]", "246"),
        ("$[1${one} + 1]", "12"),
        ("$[${one}${one} + 1]", "12"),
        ("$[${minus} + 1]", "-4"),
        ("$[2 * ${minus}]", "-10"),
        ("$[-${minus}]", "5"),
        ("$[${minus}]", "-5"),
        ("$[${minus} : \"5\"]", "-1"),
        ("$[${sum} * 2]", "8"),
        ("$[2 ${op} 3]", "5"),
        ("$[${none} + 1]", ""),
        ("$[1 + ${none}]", "0"),
        ("$[${none} = 5]", ""),
        ("$[\"${none}\" = \"\"]", "1"),
        ("$[\"${name}\" = \"A B\"]", "1"),
        ("$[${name} = \"A B\"]", "A"),
        ("$[\"${quoted}\" = x]", "\"say \""),
        ("$[\"${foo}\" = \"123\"]", "1"),
        ("$[${foo} = \"123\"]", "0"),
        ("$[\"${EXTEN}\" =~ \"^9(...)\"]", "180"),
        ("$[${LEN(${foo})} > 2]", "1"),
        ("$[${foo} > 100 ? ${bar} :: no]", "foo"),
        ("$[$[${foo} + 1] * 2]", "248"),
        ("$[LEN(${foo}) + 1]", "4"),
        ("$[LEN(${sum}) + 1]", "2"),
        ("$[ECHO(${colon})]", "0"),
        ("$[${ECHO(\\]])}]", "\\])}]"),
        ("$[${empty}]", ""),
        ("${foo}$[${foo}]", "123123"),
        ("$[ ${foo} & ${one} ]", "123"),
        ("$[${foo}\u{1}]", "123"),
    ]);
}

#[test]
fn problems_are_found_without_values() {
    check_problems("${foo", &["`${foo` has no closing `}`"]);
    check_problems("${LEN(abc}", &["the function in `${LEN(abc}` has no closing `)`"]);
    check_problems("${LEN(${a}}", &["the function in `${LEN(${a}}` has no closing `)`"]);
    check_problems("a $[1 + 1", &["`$[1 + 1` has no closing `]`"]);
    check_problems("$[1 +]", &["syntax error in the expression `$[1 +]`"]);
    check_problems(
        "$[${a} ${b} ${c}]",
        &["the expression `$[${a} ${b} ${c}]` is a syntax error unless a value holds an operator"],
    );
    check_problems("$[\"${a} = 1]", &["the expression `$[\"${a} = 1]` has a `\"` without another"]);
    check_problems("${a}$[${a}+1]$[\"${a}\"=\"b\"]$[ ]${F(${a})}", &[]);
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| format!("{}foo{}", "${".repeat(depth), "}".repeat(depth));
    assert_eq!(expand(&nested(1)), "123");
    let template = Template::compile(&nested(16));
    assert_eq!(template.problems(), [TemplateProblem::TooDeep]);
    let mut machine = Machine::new();
    assert_eq!(machine.expand(&template, &variable, &mut function), Ok(""));
    assert_eq!(machine.faults(), [Fault::TooDeep]);
    assert!(Template::compile(&nested(15)).problems().is_empty());
    assert_eq!(expand(&nested(100_000)), "");
}

#[test]
fn length_has_an_end() {
    let template = Template::compile("${foo}${foo}");
    let mut machine = Machine::with_max_length(5);
    assert_eq!(machine.run(&template, &variable), Err(TemplateError::TooLong(5)));
    let template = Template::compile("${TWICE(123)}");
    assert_eq!(machine.expand(&template, &variable, &mut function), Err(TemplateError::TooLong(5)));
}

#[test]
fn a_machine_waits_at_each_function() {
    let template = Template::compile("<${ECHO(${foo})}|$[LEN(ab) + 1]>");
    let mut machine = Machine::new();
    let call = machine.run(&template, &variable);
    assert_eq!(call, Ok(Outcome::Call { function: "ECHO", arguments: "123" }));
    let call = machine.resume(&template, &variable, Some("x"));
    assert_eq!(call, Ok(Outcome::Call { function: "LEN", arguments: "ab" }));
    assert_eq!(machine.resume(&template, &variable, Some("2")), Ok(Outcome::Done("<x|3>")));
}

#[test]
fn what_a_template_reads_can_be_listed() {
    let template = Template::compile("${foo} ${LEN(${bar:1},x)} ${${baz}} $[${CUT(a,b)}]");
    let functions: Vec<_> = template.functions().collect();
    assert_eq!(functions, [("LEN", "${bar:1},x"), ("CUT", "a,b")]);
    assert_eq!(template.variables().collect::<Vec<_>>(), ["foo", "bar", "baz"]);
    let template = Template::compile("$[FLOOR(ODD(${x})) + ${EVEN(1)}]");
    assert_eq!(template.function_names().collect::<Vec<_>>(), ["EVEN", "ODD"]);
    assert_eq!(Template::compile("a$b").literal(), Some("a$b"));
    assert_eq!(template.literal(), None);
}

/// The reference: substitute everything into the text, and only then look at the expression.
fn expand_by_text(expression: &str, values: &[String]) -> String {
    let mut text = expression.to_owned();
    for (index, value) in values.iter().enumerate() {
        text = text.replace(&format!("${{v{index}}}"), value);
    }
    let literal = Template::compile(&format!("$[{text}]"));
    let nothing = |_: &str, _: &mut String| false;
    Machine::new().expand(&literal, &nothing, &mut |_, _| None).unwrap().to_owned()
}

proptest! {
    #[test]
    fn compiled_expressions_equal_substituted_ones(
        parts in prop::collection::vec(
            "(\\$\\{v[0-2]\\}|[0-9]{1,3}|[a-c]|\"\\$\\{v[0-2]\\}\"|\"a\\$\\{v1\\}\"| ?[-+*/%|&=<>:!] ?|=~|~~| \\? | :: |\\(|\\)|FLOOR\\(|ABS\\()",
            1..9,
        ),
        values in prop::collection::vec("(-?[0-9]{0,3}(\\.[0-9])?|[a-z]{0,3}|[-+a-b0-1 \"=!()]{0,4})", 3),
    ) {
        let expression = parts.concat();
        let template = Template::compile(&format!("$[{expression}]"));
        let scope = |name: &str, out: &mut String| {
            let index: usize = name[1..].parse().unwrap();
            out.push_str(&values[index]);
            true
        };
        let mut machine = Machine::new();
        let compiled = machine.expand(&template, &scope, &mut |_, _| None).unwrap();
        prop_assert_eq!(compiled, expand_by_text(&expression, &values), "{} {:?}", expression, values);
    }

    #[test]
    fn any_text_expands(text in "(\\$|\\$\\{|\\$\\[|\\}|\\]|foo|bar|LEN\\(|ECHO\\(|\\)|:|[-0-9+\" ]|\\PC){0,60}") {
        expand(&text);
    }

    #[test]
    fn text_without_a_dollar_is_itself(text in "[^$]{0,60}") {
        prop_assert_eq!(expand(&text), text);
    }
}

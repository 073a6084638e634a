//! Expressions and what Asterisk makes of them.

use proptest::prelude::*;

use super::*;

/// Evaluates a text without substitutions; no function of the dialplan exists but ANSWER, which returns its
/// arguments in brackets, and COUNT, which returns 42.
fn evaluate(text: &str) -> (String, Vec<Fault>) {
    let (expression, _) = Expression::compile(text, false);
    let mut runner = Runner::default();
    let mut out = String::new();
    let mut step = runner.start(&expression, text, &[], &mut out);
    while step == Step::Call {
        let (name, arguments) = runner.called();
        let answer = match name {
            "ANSWER" => Some(format!("<{arguments}>")),
            "COUNT" => Some("42".into()),
            _ => None,
        };
        step = runner.resume(&expression, text, answer.as_deref(), &mut out);
    }
    let mut faults = Vec::new();
    runner.take_faults(&mut faults);
    (out, faults)
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(evaluate(text).0, *expected, "{text}");
    }
}

fn check_fault(text: &str, expected: &str) {
    let shown: Vec<String> = evaluate(text).1.iter().map(ToString::to_string).collect();
    assert_eq!(shown, [expected], "{text}");
}

/// The results that Asterisk's own test of expressions (`tests/test_expr.c`) asserts.
#[test]
fn the_cases_of_asterisks_own_test() {
    check(&[
        ("2 + 2", "4"),
        ("   2   +  2   ", "4"),
        ("", ""),
        ("2 - 4", "-2"),
        ("-4 - -2", "-2"),
        ("4 + 2 * 8", "20"),
        ("(4 + 2) * 8", "48"),
        ("4 + (2 * 8) ? 3 :: 6", "3"),
        ("4 + 8 / 2", "8"),
        ("FLOOR(4 + 8 / 3)", "6"),
        ("4 + 8 % 3", "6"),
        ("(4+9) %3", "1"),
        ("(4+8)% 3", "0"),
        ("4 & 4", "4"),
        ("0 & 4", "0"),
        ("2 | 0", "2"),
        ("0 | 0", "0"),
        ("!0 | 0", "1"),
        ("!4 | 0", "0"),
        ("4 | !0", "4"),
        ("0", "0"),
        ("!0", "1"),
        ("00", "00"),
        ("!00", "1"),
        ("01", "01"),
        ("!01", "0"),
        ("3 < 4", "1"),
        ("4 > 3", "1"),
        ("3 >= 4", "0"),
        ("4 <= 4", "1"),
        ("3 != 4", "1"),
        ("3 > 4 & 4 < 3", "0"),
        ("4 > 3 & 3 < 4", "1"),
        ("x = x", "1"),
        ("y = x", "0"),
        ("x != y", "1"),
        ("\"Something interesting\" =~ interesting", "11"),
        ("\"Something interesting\" : Something", "9"),
        ("\"Something interesting\" : interesting", "0"),
        ("\"Something interesting\" =~ \"interesting\"", "11"),
        ("\"Something interesting\" =~ (interesting)", "11"),
        ("\"Something interesting\" : (interesting)", "0"),
        ("\"Something interesting\" =~ \"\\(interesting\\)\"", "0"),
        ("\"011043567857575\" : \"011\\(..\\)\"", "0"),
        ("\"Something interesting\" =~ \"(interesting)\"", "interesting"),
        ("\"Something interesting\" : \"(Something)\"", "Something"),
        ("\"Something interesting\" : \"(interesting)\"", ""),
        ("\"011043567857575\" : \"011(..)\"", "04"),
        ("\"9011043567857575\" : \"011(..)\"", ""),
        ("\"9011043567857575\" =~ \"011(..)\"", "04"),
        ("3", "3"),
        ("something", "something"),
        ("043", "043"),
        ("${GLOBAL(ULKOPREFIX)}9${x}", "${GLOBAL(ULKOPREFIX)}9${x}"),
        ("512059${x}", "512059${x}"),
    ]);
}

/// The grammar of `ast_expr2.y`; results as its parser gives them when run alone.
#[test]
fn operators_bind_as_in_the_grammar() {
    check(&[
        ("1 ? 2 :: 3 ? 4 :: 5", "4"),
        ("0 ? 2 :: 0 ? 4 :: 5", "5"),
        ("1 ? 0 ? 7 :: 8 :: 9", "8"),
        ("1 | 0 ? 3 :: 4", "3"),
        ("0 ? 1 :: 0 | 6", "6"),
        ("2 + 3 = 5", "1"),
        ("1 = 1 = 1", "1"),
        ("3 = 3 = 3", "0"),
        ("10 - 2 - 3", "5"),
        ("100 / 10 / 5", "2"),
        ("2 * 3 % 4", "2"),
        ("-2 * 3", "-6"),
        ("2 * -3", "-6"),
        ("- 2 + 5", "3"),
        ("--5", "5"),
        ("!!5", "1"),
        ("! 1 = 0", "1"),
        ("! 1 + 1", "1"),
        ("-12 : \"1\"", "-1"),
        ("12 ~~ 3 + 1", "124"),
        ("1 + 12 : \"1\"", "2"),
        ("1||0&&0", "1"),
        ("1 == 1", "1"),
    ]);
}

/// What `op_or`, `op_and`, `op_compl` and `op_cond` take for false: 0, nothing; and quotes count as text.
#[test]
fn truth() {
    check(&[
        ("00 | 7", "7"),
        ("007 | 0", "7"),
        ("\"\" | 5", "\"\""),
        ("\"0\" | 5", "\"0\""),
        ("abc | 5", "abc"),
        ("0.0 | 7", "7"),
        ("7 & 007", "7"),
        ("3 & 0.0", "0"),
        ("abc & def", "abc"),
        ("!abc", "1"),
        ("!12abc", "0"),
        ("!0.5", "1"),
        ("!\"1\"", "1"),
        ("!\"\"", "1"),
        ("\"\" ? a :: b", "b"),
        ("\"0\" ? a :: b", "a"),
        ("abc ? a :: b", "a"),
        ("0.0 ? a :: b", "b"),
        ("0.1 ? a :: b", "a"),
    ]);
}

/// Numbers compare as numbers, everything else as text with its quotes (`op_eq` and its kin).
#[test]
fn comparisons() {
    check(&[
        ("007 = 7", "1"),
        ("1.0 = 1", "1"),
        ("\"7\" = 7", "0"),
        ("\"abc\" = abc", "0"),
        ("\"abc\" = \"abc\"", "1"),
        ("abc < abd", "1"),
        ("Z < a", "1"),
        ("10 < 9", "0"),
        ("10 < 9a", "1"),
        ("\"10\" < \"9\"", "1"),
        ("-1 < 0", "1"),
        ("-1 = -1.0", "1"),
        ("é = é", "1"),
        ("1 + 1 = 2", "1"),
        ("abc >= abc", "1"),
        ("abc <= abb", "0"),
        ("abc > ab", "1"),
    ]);
}

/// `%.18Lg` of a `long double`, as the GNU C library prints it on x86-64.
#[test]
fn arithmetic_is_that_of_long_double() {
    check(&[
        ("1/4", "0.25"),
        ("10/3", "3.33333333333333333"),
        ("1/3*3", "1"),
        ("2/3", "0.666666666666666667"),
        ("0.1+0.2", "0.3"),
        ("2.1+4.2", "6.3"),
        ("1.10", "1.10"),
        ("1.10 + 0", "1.1"),
        ("0.0001+0", "0.0001"),
        ("0.00001+0", "1e-05"),
        ("999999999999999999 + 0", "999999999999999999"),
        ("999999999999999999 + 1", "1e+18"),
        ("123456789012345678 * 10", "1.23456789012345678e+18"),
        ("18446744073709551615 + 0", "1.84467440737095516e+19"),
        ("123456789*987654321", "121932631112635269"),
        ("9223372036854775807 + 9223372036854775807", "1.84467440737095516e+19"),
        ("-0", "-0"),
        ("0 * -5", "-0"),
        ("-4 % 2", "-0"),
        ("-5 % 3", "-2"),
        ("5 % -3", "2"),
        ("1.5 % 1", "0.5"),
        ("7 - 7", "0"),
        ("5.5.5 + 1", "1"),
    ]);
}

/// What cannot be computed: `op_plus`, `op_div` and the rest log a warning and give these.
#[test]
fn bad_operands() {
    check(&[
        ("5 / 0", "2147483647"),
        ("5 % 0", "0"),
        ("a + 3", "3"),
        ("3 + a", "3"),
        ("a + b", "0"),
        ("a - 3", "-3"),
        ("3 - a", "3"),
        ("a * 3", "0"),
        ("a / 3", "0"),
        ("3 / a", "2147483647"),
        ("3 % a", "0"),
        ("-a", "0"),
        ("\"5\" + 1", "1"),
    ]);
    check_fault("5 / 0", "an expression divides by zero");
    check_fault("5 % 0", "an expression divides by zero");
    check_fault("a + 3", "an expression calculates with something that is no number");
}

/// Bison reduces before it looks: a complete expression keeps its value when the next word is wrong.
#[test]
fn syntax_errors() {
    check(&[
        (" ", ""),
        ("1 +", "0"),
        ("+ 1", ""),
        ("= 5", ""),
        ("(1", "0"),
        ("1)", "1"),
        ("1 2", "1"),
        ("a b", "a"),
        ("1 + 2 3", "3"),
        ("1 ? 2", "0"),
        ("5 |", "0"),
        ("2 ** 3", "0"),
        ("F()", "0"),
        ("FLOOR(,1)", "0"),
        ("1, 2", "1"),
        ("3 [ 4", "3"),
        ("3 \" + 4", "7"),
        ("1 + ${a", "0"),
    ]);
    check_fault("= 5", "syntax error before byte 1 of the expression `= 5`");
    check_fault("1 2", "syntax error before byte 3 of the expression `1 2`");
    let deep = format!("{}1{}", "(".repeat(5000), ")".repeat(5000));
    assert_eq!(evaluate(&deep).0, "0");
}

/// Functions of the expression parser, against the mathematics.
#[test]
fn functions() {
    check(&[
        ("COS(0)", "1"),
        ("2.3 + COS(3.141592653)", "1.3"),
        ("SIN(1)", "0.841470984807896507"),
        ("SIN(1000000)", "-0.349993502171292952"),
        ("TAN(45) + 2.3", "3.91977519054386155"),
        ("ASIN(1)", "1.57079632679489662"),
        ("ACOS(0.5)", "1.04719755119659775"),
        ("ATAN(1)*4", "3.14159265358979324"),
        ("ATAN2(0,-1)", "3.14159265358979324"),
        ("ATAN2(4,5)", "0.674740942223552663"),
        ("POW(10.0,4.0)", "10000"),
        ("POW(2,0.5)", "1.41421356237309505"),
        ("POW(-2,3)", "-8"),
        ("POW(0,0)", "1"),
        ("POW(-8,0.5)", "-nan"),
        ("SQRT(4)", "2"),
        ("SQRT(2)", "1.41421356237309505"),
        ("SQRT(-1)", "-nan"),
        ("FLOOR(2.6)", "2"),
        ("FLOOR(-2.4)", "-3"),
        ("CEIL(2.4)", "3"),
        ("ROUND(2.5)", "3"),
        ("ROUND(-2.5)", "-3"),
        ("RINT(2.5)", "2"),
        ("RINT(3.5)", "4"),
        ("TRUNC(-2.6)", "-2"),
        ("EXP(1)", "2.71828182845904524"),
        ("EXP(0)", "1"),
        ("EXP2(10)", "1024"),
        ("EXP10(3)", "1000"),
        ("LOG(10)", "2.30258509299404568"),
        ("LOG2(8)", "3"),
        ("LOG10(1000)", "3"),
        ("LOG(0)", "-inf"),
        ("REMAINDER(13,3)", "1"),
        ("REMAINDER(-14,4)", "2"),
        ("ABS(-3)", "3"),
        ("ABS (2 - 5)", "3"),
    ]);
    check_fault("SIN(1,2)", "wrong number of arguments for the function `SIN`");
    check_fault("abc(3)", "`abc` before a parenthesis is no name of a function");
}

#[test]
fn functions_of_the_dialplan_are_called() {
    check(&[
        ("ANSWER(1 + 1,,\"a b\")", "<2,,\"a b\">"),
        ("COUNT(x) + 1", "43"),
        ("1 + COUNT(COUNT(x)) * 2", "85"),
        ("NONE(x) + 1", "1"),
        ("COUNT(a) = 42 ? ANSWER(y) :: n", "<y>"),
    ]);
    check_fault("NONE(x)", "the function `NONE` of an expression could not be read");
}

/// `~~` and the matching operators take quotes away.
#[test]
fn text_operators() {
    check(&[
        ("\"a\" ~~ \"b\"", "ab"),
        ("a ~~ 3", "a3"),
        ("3 ~~ 4 + 1", "35"),
        ("\"a b\" ~~ c", "a bc"),
        ("\"\" ~~ \"\"", ""),
        ("12345 : \"..(..)\"", "34"),
        ("\"(a)\" + 1", "1"),
        ("abc =~ \"[b-z]+\"", "2"),
        ("abc : \"x*\"", "0"),
        ("abc =~ \"(x)?b\"", "1"),
        ("\"*\" =~ \"*\"", ""),
    ]);
    check_fault("a =~ \"*\"", "the regular expression `*`: `*` follows nothing that could be repeated");
}

proptest! {
    #[test]
    fn any_text_evaluates(text in "([-0-9a-c \"()|&=<>!+*/%:?~,.$]|::|=~|FLOOR|\\$\\{|\\}|\\PC){0,60}") {
        evaluate(&text);
    }

    /// C's long double holds every product of two 31-bit numbers.
    #[test]
    fn whole_numbers_are_exact(a in -2_000_000_000_i64..2_000_000_000, b in 1_i64..2_000_000_000) {
        prop_assert_eq!(evaluate(&format!("{a} + {b}")).0, (a + b).to_string());
        prop_assert_eq!(evaluate(&format!("{a} - {b}")).0, (a - b).to_string());
        if a != 0 && (a * b).unsigned_abs() < 1_000_000_000_000_000_000 {
            prop_assert_eq!(evaluate(&format!("{a} * {b}")).0, (a * b).to_string());
            prop_assert_eq!(evaluate(&format!("({a} * {b}) / {b}")).0, a.to_string());
        }
        if a % b != 0 {
            prop_assert_eq!(evaluate(&format!("{a} % {b}")).0, (a % b).to_string());
        }
    }
}

//! What the macro refuses: one case a file, and what the user reads beside it.

#[test]
fn errors_stand_at_the_users_token_and_say_what_to_write() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/*.rs");
}

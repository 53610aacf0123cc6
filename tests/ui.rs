//! What users read: refused code with its errors, and demanding code that must be taken without a word.

#[test]
fn errors_stand_at_the_users_token_and_say_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}

#[test]
fn demanding_code_is_accepted() {
    trybuild::TestCases::new().pass("tests/accepted/*.rs");
}

//! `Option` and `Result` as generated code hands them over: whether there is a value, the value, and the error.

use std::convert::Infallible;

/// `Option<T>` or `Result<T, E>`.
pub trait Fallible {
    /// What is there if all went well.
    type Value;
    /// Why it is not there; an `Option` does not say.
    type Error;

    /// The same as a `Result`.
    fn into_result(self) -> Result<Self::Value, Option<Self::Error>>;

    /// Puts the three parts together. The value counts if `some`, and the error if not.
    fn from_parts(some: bool, value: Self::Value, error: Option<Self::Error>) -> Self;
}

impl<T> Fallible for Option<T> {
    type Value = T;
    type Error = Infallible;

    #[inline]
    fn into_result(self) -> Result<T, Option<Infallible>> {
        self.ok_or(None)
    }

    #[inline]
    fn from_parts(some: bool, value: T, _: Option<Infallible>) -> Self {
        some.then_some(value)
    }
}

impl<T, E> Fallible for Result<T, E> {
    type Value = T;
    type Error = E;

    #[inline]
    fn into_result(self) -> Result<T, Option<E>> {
        self.map_err(Some)
    }

    #[inline]
    fn from_parts(some: bool, value: T, error: Option<E>) -> Self {
        match error {
            Some(error) if !some => Err(error),
            // Without a value there is an error.
            Some(_) | None => Ok(value),
        }
    }
}

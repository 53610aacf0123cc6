//! What a forward sweep keeps for its pullback, in memory that the next call takes over: a loop that calls another
//! function allocates in its first iteration only.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

/// A buffer that goes back to its thread when it is dropped. As cheap to move as a `Vec`.
#[derive(Debug)]
pub struct Record(Vec<f64>);

/// Longer buffers are worth an allocation, and not worth keeping.
const LONGEST: usize = 1 << 12;

/// A thread keeps as many.
const MOST: usize = 16;

thread_local! {
    static FREE: Cell<Vec<Vec<f64>>> = const { Cell::new(Vec::new()) };
}

/// A buffer of `len` numbers, which are to be written before they are read.
#[inline]
pub fn record(len: usize) -> Record {
    if len > LONGEST {
        return Record(vec![0.0; len]);
    }
    // No thread-local is left while a thread ends.
    let free = FREE.try_with(|free| {
        let mut buffers = free.take();
        let buffer = buffers.pop();
        free.set(buffers);
        buffer
    });
    let mut buffer = free.ok().flatten().unwrap_or_default();
    buffer.resize(len, 0.0);
    Record(buffer)
}

impl Record {
    /// Keeps one number more.
    #[inline]
    pub fn push(&mut self, x: f64) {
        self.0.push(x);
    }

    /// The last number that is kept, which is kept no longer.
    #[inline]
    pub fn pop(&mut self) -> Option<f64> {
        self.0.pop()
    }
}

impl Drop for Record {
    #[inline]
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        if buffer.capacity() == 0 || buffer.capacity() > LONGEST {
            return;
        }
        // Where it cannot be kept, it is freed.
        let _ = FREE.try_with(|free| {
            let mut buffers = free.take();
            if buffers.len() < MOST {
                buffers.push(buffer);
            }
            free.set(buffers);
        });
    }
}

impl Deref for Record {
    type Target = [f64];

    #[inline]
    fn deref(&self) -> &[f64] {
        &self.0
    }
}

impl DerefMut for Record {
    #[inline]
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, record};

    #[test]
    fn a_buffer_has_the_length_that_was_asked_for_whatever_was_in_it_before() {
        for len in [3, 0, 7, 2, LONGEST, LONGEST + 1, 5] {
            let mut buffer = record(len);
            assert_eq!(buffer.len(), len);
            buffer.fill(1.0);
        }
    }

    #[test]
    fn the_next_one_takes_the_memory_over() {
        let address = record(8).as_ptr();
        assert_eq!(record(5).as_ptr(), address);
    }

    #[test]
    fn two_at_a_time_are_two() {
        let (mut a, mut b) = (record(2), record(2));
        a.fill(1.0);
        b.fill(2.0);
        assert_eq!((&a[..], &b[..]), (&[1.0; 2][..], &[2.0; 2][..]));
    }
}

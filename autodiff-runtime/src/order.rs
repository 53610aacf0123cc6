//! The order that a sort puts elements in, which carries no derivative.

use std::cmp::Ordering;

/// `order[k]` is where the element lay that `list.sort_by(compare)` puts at `k`.
pub fn order_by<T>(list: &[T], mut compare: impl FnMut(&T, &T) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|a, b| compare(&list[*a], &list[*b]));
    order
}

/// As [`order_by`], of `list.sort_by_key(key)`.
pub fn order_by_key<T, K: Ord>(list: &[T], mut key: impl FnMut(&T) -> K) -> Vec<usize> {
    order_by(list, |a, b| key(a).cmp(&key(b)))
}

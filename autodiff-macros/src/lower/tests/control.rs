//! Branches, loops, and the ways out of them.

use super::agrees;

#[test]
fn branches_give_values() {
    agrees!(
        fn f(x: f64) -> f64 {
            if x > 0.0 {
                x
            } else if x < -1.0 {
                -x
            } else {
                x * x
            }
        },
        (0.3),
        (-0.5),
        (-2.0),
    );
    agrees!(
        fn f(x: f64, y: f64) -> f64 {
            let mut z = x;
            if x > y && x > 0.0 || y > 2.0 {
                z += y;
                if z > 1.0 {
                    z = z * z;
                }
            }
            z
        },
        (0.3, 0.2),
        (0.3, 3.0),
        (0.1, 0.2),
    );
    agrees!(
        fn f(x: f64, n: i32) -> f64 {
            match n {
                0 => x,
                1 | 2 => x * x,
                3..=5 => -x,
                k if k < 0 => 2.0,
                _ => 1.0,
            }
        },
        (0.3, 0),
        (0.3, 2),
        (0.3, 5),
        (0.3, -1),
        (0.3, 9),
    );
    agrees!(
        fn f(x: f64, b: bool) -> f64 {
            match (b, x > 0.0) {
                (true, true) => x,
                (false, _) => 1.0,
                (true, false) => 2.0,
            }
        },
        (0.3, true),
        (0.3, false),
        (-0.3, true),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let (a, b) = if x > 1.0 { (x, 1.0) } else { (2.0, x) };
            a / b
        },
        (0.3),
        (1.3),
    );
    agrees!(
        fn f(x: [f64; 2]) -> f64 {
            let y = if x[0] > x[1] { x } else { [x[1], 2.0] };
            y[0] * y[1]
        },
        ([0.3, 0.4]),
        ([0.4, 0.3]),
    );
}

#[test]
fn returns_leave_from_anywhere() {
    agrees!(
        fn f(x: f64) -> f64 {
            if x > 1.0 {
                return x * x;
            }
            let y = x + 1.0;
            if y > 1.5 {
                return y;
            }
            y - x
        },
        (1.2),
        (0.7),
        (0.2),
    );
    agrees!(
        fn f(x: f64, y: f64) -> f64 {
            let z = if x > y {
                if y > 0.0 {
                    return x;
                }
                x - y
            } else {
                y
            };
            z * z
        },
        (1.2, 0.1),
        (1.2, -0.1),
        (0.2, 1.0),
    );
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let mut s = 0.0;
            for i in 0..n {
                for j in 0..i {
                    s += x * j as f64;
                    if s > 3.0 {
                        return s * s;
                    }
                }
                if i == 4 {
                    return -s;
                }
            }
            s
        },
        (0.3, 2),
        (0.3, 5),
        (3.0, 5),
        (0.01, 9),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let mut y = x;
            loop {
                y *= 1.5;
                if y > 10.0 {
                    return y;
                }
            }
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64) -> [f64; 2] {
            if x > 1.0 {
                return [x, 0.0];
            }
            [1.0, x]
        },
        (0.3),
        (1.3),
    );
    agrees!(
        fn f(x: f64, n: usize) -> Vec<f64> {
            for i in 0..n {
                if x * i as f64 > 1.0 {
                    return vec![x, x];
                }
            }
            vec![x]
        },
        (0.3, 2),
        (0.3, 9),
    );
    agrees!(
        fn f(x: f64) -> (f64, f64) {
            match x {
                y if y > 1.0 => return (y, 0.0),
                _ => {}
            }
            (x, x)
        },
        (0.3),
        (1.3),
    );
}

#[test]
fn loops_break_and_continue() {
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let mut s = 0.0;
            let mut i = 0;
            while i < n {
                i += 1;
                if i == 3 {
                    continue;
                }
                s += x;
                if s > 2.0 {
                    break;
                }
                s *= 1.1;
            }
            s
        },
        (0.3, 2),
        (0.3, 5),
        (0.9, 9),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let mut y = x;
            let z = loop {
                y += x;
                if y > 4.0 {
                    break y * 2.0;
                }
            };
            z - y
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let mut s = x;
            'outer: for i in 0..n {
                for j in 0..n {
                    if j > i {
                        continue 'outer;
                    }
                    if i * j > 6 {
                        break 'outer;
                    }
                    s += x * (i + j) as f64;
                }
                s *= 0.5;
            }
            s
        },
        (0.3, 2),
        (0.3, 5),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let y = 'a: {
                if x > 1.0 {
                    break 'a x;
                }
                if x > 0.5 {
                    break 'a 7.0;
                }
                x * x
            };
            y + 1.0
        },
        (0.3),
        (0.7),
        (1.3),
    );
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let mut s = 0.0;
            for i in (0..n).rev() {
                if i % 2 == 0 {
                    continue;
                }
                s = s * x + i as f64;
            }
            s
        },
        (0.3, 6),
    );
    agrees!(
        fn f(x: f64) -> f64 {
            let mut a = x;
            let mut k = 0;
            while (a - 1.0).abs() > 1e-3 && k < 50 {
                a = a.sqrt();
                k += 1;
            }
            a * k as f64
        },
        (0.3),
    );
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let y;
            let mut i = 0;
            loop {
                if i == n {
                    y = x * i as f64;
                    break;
                }
                i += 1;
            }
            y
        },
        (0.3, 4),
    );
}

#[test]
fn constants_in_loops_become_varied() {
    agrees!(
        fn f(x: f64, n: usize) -> f64 {
            let (mut a, mut b, mut c) = (1.0, 2.0, 3.0);
            for _ in 0..n {
                a = b;
                b = c;
                c = x;
            }
            a * b + c
        },
        (0.3, 1),
        (0.3, 2),
        (0.3, 3),
        (0.3, 0),
    );
}

#[test]
fn let_else_and_chains() {
    agrees!(
        fn f(x: f64, n: i32) -> f64 {
            let 1..=3 = n else {
                return x;
            };
            x * 2.0
        },
        (0.3, 2),
        (0.3, 7),
    );
    agrees!(
        fn f(x: f64, n: i32) -> f64 {
            if let 1..=3 = n
                && x > 0.0
            {
                x
            } else {
                5.0
            }
        },
        (0.3, 2),
        (0.3, 7),
        (-0.3, 2),
    );
    agrees!(
        fn f(x: &[f64]) -> f64 {
            let [a, b] = x else {
                return 1.0;
            };
            a * b
        },
        (&[0.3][..]),
        (&[0.3, 0.4][..]),
    );
    agrees!(
        fn f(x: f64, n: i32) -> f64 {
            let b = matches!(n, 1 | 3);
            if b { x } else { 2.0 * x }
        },
        (0.3, 3),
        (0.3, 2),
    );
}

#[test]
fn references_to_parts_move_on() {
    agrees!(
        fn f(x: &[f64]) -> f64 {
            let mut row = x;
            let mut s = 1.0;
            while !row.is_empty() {
                s = s * 0.5 + row[0];
                row = &row[1..];
            }
            s
        },
        (&[0.3, 0.4, 0.5][..]),
        (&[0.0; 0][..]),
    );
    agrees!(
        fn f(x: &[f64]) -> f64 {
            let mut row = &x[1..];
            let mut s = 1.0;
            while let [first, rest @ ..] = row {
                s = s * 0.5 + first;
                row = rest;
            }
            s
        },
        (&[0.3, 0.4, 0.5][..]),
        (&[0.0; 1][..]),
    );
    agrees!(
        fn f(x: [[f64; 2]; 2], n: usize) -> f64 {
            let mut row = &x[0];
            let mut s = 0.0;
            for i in 0..n {
                s += row[i];
                row = &x[1 - i];
            }
            s + row[0]
        },
        ([[0.3, 0.4], [0.5, 0.6]], 2),
    );
}
